//! What is wrong with a file is said with its line, its field and what to do.

use domain::record::Record;

use super::{Format, MAX_ROW_BYTES, Row, read, write};

pub(super) const SEGMENT: &str =
    r#"{"kind":"segment","key":"smb","name":"N","description":"D","priority":1,"condition":{}}"#;

pub(super) const TABLE: &str = "kind,key,name,description,priority,condition";

/// Expects these problems, in this order, and no others: line, field, part of the message.
#[track_caller]
pub(super) fn check(format: Format, file: impl AsRef<[u8]>, expected: &[(usize, &str, &str)]) {
    let mut found = Vec::new();
    for row in read(format, file.as_ref()) {
        let row = row.unwrap();
        for problem in row.record.err().unwrap_or_default() {
            found.push((row.line, problem.field, problem.message));
        }
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, (line, field, message)) in found.iter().zip(expected) {
        assert_eq!((found.0, found.1.as_str()), (*line, *field), "{found:?}");
        assert!(found.2.contains(message), "{:?} lacks {message:?}", found.2);
    }
}

#[test]
fn a_row_says_what_it_is_and_how_the_file_spells_it() {
    let check = |format: Format, file: &str, expected: (&str, &str, &str)| {
        let row = read(format, file.as_bytes()).last().unwrap().unwrap();
        let kind = row.kind.map_or("", domain::record::RecordKind::as_str);
        assert_eq!((kind, &*row.name, &*row.text), expected, "{file}");
    };
    let json = |file: &str, expected| check(Format::JsonLines, file, expected);
    json(SEGMENT, ("segment", "smb", SEGMENT));
    let bad = r#"{"kind":"page","id":7,"key":"k"}"#;
    json(&format!("{SEGMENT}\r\n {bad}\r\n"), ("page", "", bad));
    json("{\"kind\":", ("", "", "{\"kind\":"));
    let cut = format!("{}…", "ü".repeat(400));
    json(&"ü".repeat(401), ("", "", &cut));
    json(&"ü".repeat(MAX_ROW_BYTES), ("", "", &cut));

    let csv = |row: &str, expected| check(Format::Csv, &format!("{TABLE}\r\n{row}\r\n"), expected);
    let bad = "segment,smb,\"N, \"\"n\"\"\",\"D\nE\",first,{}";
    csv(bad, ("segment", "smb", bad));
    csv("segment,smb", ("", "", "segment,smb"));
    check(Format::Csv, "key,kind", ("", "", "key,kind"));
}

/// A page with one block, `{…}` of which is given.
fn page_with(block: &str) -> String {
    format!(
        r#"{{"kind":"page","id":"p","path":"/p","intent":"I","contents":{{"en":{{"title":"T","description":"D","blocks":[{{"type":"rich_text","id":"r","markdown":"M"}},{block}]}}}}}}"#
    )
}

/// The records of a file without problems.
pub(super) fn records(format: Format, file: &[u8]) -> Vec<Record> {
    let valid = |row: std::io::Result<Row>| row.unwrap().record.unwrap();
    read(format, file).map(valid).collect()
}

#[test]
fn a_line_that_is_no_json_object_is_refused() {
    let check = |file: &str, expected| check(Format::JsonLines, file, expected);
    check("", &[]);
    check(&format!("\u{feff}{SEGMENT}\r\n\n  \n{SEGMENT}"), &[]);
    check(
        "\n{\"kind\":\"site\",}",
        &[(2, "", "is not JSON at line 2, column 16: trailing comma")],
    );
    check(
        "{\"kind\":\"page\",\"ü\":x}",
        &[(1, "ü", "line 1, column 20: expected value")],
    );
    check(
        "{\n}",
        &[
            (1, "", "write each record on a line of its own"),
            (2, "", "expected value"),
        ],
    );
    check(
        &format!("{SEGMENT}{SEGMENT}"),
        &[(1, "", "column 88: trailing characters")],
    );
    check("[]", &[(1, "", "write each record as {…}")]);
    check(
        r#"{"kind":"site","name":"\ud800"}"#,
        &[(1, "name", "is not JSON at line 1")],
    );
    check(
        &format!(
            r#"{{"kind":"segment","condition":{}"#,
            "[".repeat(2_000_000 / 4)
        ),
        &[(
            1,
            "condition",
            "nests too deep at line 1, column 157; 127 levels are the most",
        )],
    );
    check(
        r#"{"kind":"page","id":"a","x":{"id":1,"id":2}}"#,
        &[(1, "x.id", "stands twice; keep one of them")],
    );
    check(
        r#"{"kind":"page","kind":"page"}"#,
        &[(1, "kind", "stands twice")],
    );
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    let mut lines = SEGMENT.as_bytes().to_vec();
    lines.extend(b"\n{\"kind\":\"\xe4\"}\n");
    check(
        Format::JsonLines,
        lines,
        &[(2, "", "is not UTF-8; save the file as UTF-8")],
    );
    let mut table = TABLE.as_bytes().to_vec();
    table.extend(b"\nsegment,a,N\xfc,D,1,{}\nsegment,a,N\xc3,\xbc,1,{}");
    let expected = [
        (2, "name", "is not UTF-8"),
        (3, "name", "is not UTF-8"),
        (3, "description", "is not UTF-8"),
    ];
    check(Format::Csv, table, &expected);
    check(Format::Csv, b"kind,\xfc\n", &[(1, "", "is not UTF-8")]);
}

#[test]
fn a_row_of_more_than_a_mebibyte_is_refused_and_the_next_one_is_read() {
    let long = "x".repeat(MAX_ROW_BYTES);
    let lines = format!("{long}\n{long}x\n{SEGMENT}\nx");
    let not_json = (1, "", "is not JSON");
    let too_long = (2, "", "is longer than the 1 MiB");
    check(
        Format::JsonLines,
        lines,
        &[not_json, too_long, (4, "", "is not JSON")],
    );
    let table = format!("{TABLE}\nsegment,a,\"{long}\n\",D,1,{{}}\nsegment,b,N,D,1,{{}}\nx,,,,,");
    check(
        Format::Csv,
        table,
        &[(2, "", "is longer than the 1 MiB"), (5, "kind", "is \"x\"")],
    );
    check(
        Format::Csv,
        format!("kind,{long}"),
        &[(1, "", "is longer than the 1 MiB")],
    );
}

#[test]
fn a_record_that_breaks_its_kind_is_refused_at_the_field() {
    let check = |file: &str, expected| check(Format::JsonLines, file, expected);
    check(
        "{}",
        &[(1, "kind", "is missing; use site, segment, page or variant")],
    );
    check(
        r#"{"kind":"pge"}"#,
        &[(1, "kind", "is \"pge\"; use site, segment, page or variant")],
    );
    check(r#"{"kind":7}"#, &[(1, "kind", "is not a text; use site")]);
    check(r#"{"kind":"page"}"#, &[(1, "id", "is missing; add it")]);
    check(
        r#"{"kind":"segment","colour":1}"#,
        &[(
            1,
            "colour",
            "is not a field here; the fields are key, name, description, priority, condition",
        )],
    );
    check(
        &SEGMENT.replace("1,", "1.5,"),
        &[(
            1,
            "priority",
            "is 1.5; give a whole number of at most 32 bits",
        )],
    );
    check(
        &SEGMENT.replace("1,", "99999999999,"),
        &[(1, "priority", "is 99999999999; give a whole number")],
    );
    check(
        &SEGMENT.replace("\"N\"", "[]"),
        &[(1, "name", "is a list; give a text")],
    );
    check(
        &SEGMENT.replace("\"N\"", "null"),
        &[(1, "name", "is null; give a text")],
    );
    check(
        &SEGMENT.replace("smb", "Small firms"),
        &[(1, "key", "is not a segment key: use 1 to 64")],
    );
    check(
        r#"{"kind":"variant","id":"v","page":"p","locale":"deutsch"}"#,
        &[(1, "locale", "is not a locale: use a language such as de")],
    );
    check(
        r#"{"kind":"variant","id":"v","page":"p","locale":"de","name":"N","status":"live"}"#,
        &[(
            1,
            "status",
            "is \"live\"; use one of draft, scheduled, published, archived",
        )],
    );
    check(
        r#"{"kind":"variant","id":"v","page":"p","locale":"de","name":"N","starts_at":"tomorrow"}"#,
        &[(
            1,
            "starts_at",
            "is not an instant; write it as 2026-03-01T08:00:00Z",
        )],
    );
    check(
        r#"{"kind":"page","id":"p","path":"pricing"}"#,
        &[(1, "path", "a path starts with a slash")],
    );
    check(
        r#"{"kind":"page","id":"p","path":"/p","intent":"I","contents":{"deutsch":{}}}"#,
        &[(1, "contents.deutsch", "is not a locale")],
    );
    check(
        r#"{"kind":"site","name":"N","default_locale":"en","locales":["en"],"footer":{"de-AT":"a","de_at":"b"}}"#,
        &[(1, "footer", "names a language twice")],
    );
    check(
        r#"{"kind":"site","name":"N","default_locale":"en","locales":["en"],"thresholds":{"floor":1}}"#,
        &[(
            1,
            "thresholds.floor",
            "the fields are similarity_floor, term_floor, term_weight",
        )],
    );
}

#[test]
fn a_block_is_refused_at_its_own_field() {
    let check = |block: &str, expected: &[(&str, &str)]| {
        let expected: Vec<(usize, String, &str)> = expected
            .iter()
            .map(|(field, message)| (1, format!("contents.en.blocks[1]{field}"), *message))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(line, field, m)| (*line, field.as_str(), *m))
            .collect();
        check(Format::JsonLines, page_with(block), &expected);
    };
    check(r#"{"type":"hero","id":"h","headline":"H"}"#, &[]);
    check(
        r#"{"type":"hero","id":"h"}"#,
        &[(".headline", "is missing")],
    );
    check(
        r#"{"type":"hero","id":"h","headline":5}"#,
        &[(".headline", "is 5; give a text")],
    );
    check(
        r#"{"type":"hero","id":"H!","headline":"x"}"#,
        &[(".id", "is not a block id")],
    );
    check(
        r#"{"type":"hero","id":"h","headlne":"x"}"#,
        &[(".headlne", "the fields are id, eyebrow, headline")],
    );
    check(
        r#"{"type":"hero","id":"h","headline":"x","points":["a",1]}"#,
        &[(".points[1]", "is 1; give a text")],
    );
    check(
        r#"{"type":"cta","id":"c","heading":"x","primary":{"label":"Go","url":"javascript:alert(1)"}}"#,
        &[(".primary.url", "is not a safe address")],
    );
    check(
        r#"{"type":"features","id":"f","heading":"x","items":[{"title":"t","text":"x"},{"icon":"sun","title":"t","text":"x"}]}"#,
        &[(".items[1].icon", "is \"sun\"; use one of bolt, chart")],
    );
    check(
        r#"{"type":"logos","id":"l","names":"x"}"#,
        &[(".names", "is the text \"x\"; give a list")],
    );
    check(
        r#"{"type":"testimonials","id":"t","items":[{}]}"#,
        &[(".items[0].quote", "is missing")],
    );
    check(
        r#"{"type":"pricing","id":"p","heading":"x","plans":[{"name":1}]}"#,
        &[(".plans[0].name", "is 1")],
    );
    check(
        r#"{"type":"faq","id":"f","heading":"x","items":[7]}"#,
        &[(".items[0]", "is 7; give an object")],
    );
    check(
        r#"{"type":"rich_text","id":"r2"}"#,
        &[(".markdown", "is missing")],
    );
    check(
        r#"{"type":"carousel"}"#,
        &[(".type", "is \"carousel\"; use one of hero, logos")],
    );
    check(r#"{"id":"h"}"#, &[(".type", "is missing")]);
    check("7", &[("", "is 7; give an object")]);
}

#[test]
fn every_problem_of_a_row_is_reported() {
    let blocks = r#"{"type":"hero","id":"h"},{"type":"cta","id":"c","colour":1}"#;
    let in_blocks = [
        (1, "contents.en.blocks[1].headline", "is missing"),
        (1, "contents.en.blocks[2].colour", "is not a field"),
    ];
    check(Format::JsonLines, page_with(blocks), &in_blocks);
    let besides = page_with(blocks).replace("\"id\":\"p\"", "\"id\":1");
    let all = [&[(1, "id", "is 1; give a text")], in_blocks.as_slice()].concat();
    check(Format::JsonLines, besides, &all);
    let invalid = SEGMENT
        .replace("\"N\"", "\"\"")
        .replace("\"D\"", "\"a\\u0007\"")
        .replace("{}", "{\"$x\":1}");
    let expected = [
        (1, "name", "is empty"),
        (1, "description", "control character"),
        (1, "condition", "$x"),
    ];
    check(Format::JsonLines, invalid, &expected);
}

#[test]
fn a_name_from_the_file_cannot_flood_a_message() {
    let name = format!("\\u001b[31m{}", "x".repeat(100_000));
    let line = format!(r#"{{"kind":"segment","{name}":1}}"#);
    let row = read(Format::JsonLines, line.as_bytes())
        .next()
        .unwrap()
        .unwrap();
    let problem = row.record.unwrap_err().remove(0);
    assert!(
        problem.field.starts_with("\u{fffd}[31mxxx"),
        "{}",
        problem.field
    );
    assert!(problem.field.len() + problem.message.len() < 2_000);
}

#[test]
fn a_record_that_could_not_be_read_back_is_not_written() {
    let check = |format: Format, record: Record, expected: &str| {
        let error = write(format, [&record], Vec::new())
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    };
    let Some(Record::Segment(mut segment)) = records(Format::JsonLines, SEGMENT.as_bytes()).pop()
    else {
        panic!("the sample is a segment");
    };
    segment.name = String::new();
    check(
        Format::Csv,
        Record::Segment(segment.clone()),
        "segment smb cannot be written: name is \"\", for which CSV has no cell",
    );
    segment.name = "x".repeat(MAX_ROW_BYTES);
    check(
        Format::Csv,
        Record::Segment(segment.clone()),
        "is longer than the 1 MiB",
    );
    check(
        Format::JsonLines,
        Record::Segment(segment),
        "is longer than the 1 MiB",
    );
}
