//! What is wrong with a table is said with its line, its column and what to do.

use crate::ingest::format::refusals::{SEGMENT, TABLE, check, records};
use crate::ingest::format::{Format, write};

#[test]
fn the_first_row_of_a_table_must_name_its_columns() {
    let check = |header: &str, expected| check(Format::Csv, format!("{header}\nsite"), expected);
    check("", &[(2, "site", "put kind first")]);
    check("id,kind", &[(1, "id", "put kind first")]);
    check(
        "id;kind",
        &[(
            1,
            "id;kind",
            "put kind first, and , or ; between the columns",
        )],
    );
    check(
        "\n\nkind,,id,id",
        &[
            (3, "", "column 2 has no name"),
            (3, "id", "names two columns; remove one"),
        ],
    );
    check("kind,a..b", &[(1, "a..b", "has an empty part")]);
    check("kind,points.01", &[(1, "points.01", "count 0, 1, 2")]);
    check(
        &format!("kind,{}", ["a"; 17].join(".")),
        &[(
            1,
            "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a",
            "has more than 16 parts",
        )],
    );
    check(
        "kind,a.b,x,a",
        &[(
            1,
            "a.b",
            "cannot stand beside the column a, which is a text",
        )],
    );
    check(
        "kind,a.b,a.0.x",
        &[(
            1,
            "a.b",
            "cannot stand beside the column a.0.x, which numbers",
        )],
    );
    check(
        "kind,\"a",
        &[(1, "", "ends the file inside the quote that line 1 opens")],
    );
}

#[test]
fn an_empty_table_is_refused() {
    check(
        Format::Csv,
        "",
        &[(1, "", "is empty; the first row names the columns")],
    );
    check(Format::Csv, "\u{feff}\r\n", &[(1, "", "is empty")]);
    check(Format::Csv, TABLE, &[]);
}

#[test]
fn a_row_of_a_table_is_refused_at_the_line_on_which_it_starts() {
    let check = |rows: &str, expected| {
        check(
            Format::Csv,
            format!("{TABLE},contents.en.blocks.0.points.0,contents.en.blocks.0.points.1\n{rows}"),
            expected,
        );
    };
    check("\n,,,\nsegment,smb,N,D,1,{},,\n", &[]);
    check(
        "segment,smb",
        &[(2, "", "has 2 cells, but the first row names 8 columns")],
    );
    check(",smb,N,D,1,{},,", &[(2, "kind", "is missing; use site")]);
    check(
        "segmnt,smb,N,D,1,{},,",
        &[(2, "kind", "is \"segmnt\"; use site")],
    );
    check("segment,,N,D,1,{},,", &[(2, "key", "is missing")]);
    check(
        "segment,smb,N,\"D\nE\",1,{},,\nsegment,smb,N,D,\"0,5\",{},,",
        &[
            (2, "description", "control character U+000A"),
            (4, "priority", "is \"0,5\"; give a number, with a point"),
        ],
    );
    check(
        "segment,smb,N,D,NaN,{},,",
        &[(2, "priority", "give a number")],
    );
    check(
        "segment,smb,N,D,1,{x},,",
        &[(
            2,
            "condition",
            "is not JSON at the cell's line 1, column 2: key must be a string",
        )],
    );
    check(
        "segment,smb,N,D,1,\"{\"\"a\"\":1,\"\"a\"\":2}\",,",
        &[(2, "condition.a", "stands twice")],
    );
    check(
        "segment,smb,N,D,1,{},,x",
        &[(
            2,
            "contents.en.blocks[0].points[1]",
            "is filled, but number 0 before it is empty",
        )],
    );
    check(
        "segment,smb,N,D,1,{},x,",
        &[(2, "contents", "is not a field here; the fields are key")],
    );
    check(
        "segment,smb,N,D,1,{},,\n\nvariant,smb,\"N,D,1",
        &[(4, "", "ends the file inside the quote that line 4 opens")],
    );
}

#[test]
fn what_spreadsheets_do_to_a_table_is_understood() {
    let expected = records(
        Format::JsonLines,
        SEGMENT
            .replace("\"D\"", "\"= a\\nb\"")
            .replace("a\\nb", "a")
            .as_bytes(),
    );
    let check = |table: &str| {
        assert_eq!(
            records(Format::Csv, table.as_bytes()),
            expected,
            "{table:?}"
        );
    };
    check("kind,key,name,description,priority,condition\nsegment,smb,N,'= a,1,{}\n");
    check(
        "\u{feff}kind;key;name;description;priority;condition\r\nsegment;smb;N;= a;1;{}\r\n;;;;;\r\n",
    );
    check(
        "\"kind\"\tname\tkey\tcondition\tpriority\tdescription \nsegment\tN\tsmb\t{}\t 1 \t\"= a\"",
    );
    check(
        "\u{feff}\"kind\";\"condition\";\"key\";\"description\";\"name\";\"priority\"\n\"segment\";\"{\r\n}\";\"smb\";\"= a\";\"N\";\"1\"",
    );
}

#[test]
fn a_column_may_stand_anywhere_and_text_keeps_its_line_breaks() {
    let table = "kind,content.blocks.0.heading,content.blocks.0.items.1.question,content.blocks.0.items.1.answer,content.blocks.0.items.0.answer,content.blocks.0.items.0.question,content.blocks.0.type,content.blocks.0.id,id,page,locale,name\n\
        variant,H,Q2,A2,\"A1\r\nmore\",Q1,faq,faq,v,p,de,N\n";
    let line = r#"{"kind":"variant","id":"v","page":"p","locale":"de","name":"N","status":"published","content":{"blocks":[{"type":"faq","id":"faq","heading":"H","items":[{"question":"Q1","answer":"A1\nmore"},{"question":"Q2","answer":"A2"}]}]}}"#;
    assert_eq!(
        records(Format::Csv, table.as_bytes()),
        records(Format::JsonLines, line.as_bytes())
    );
}

#[test]
fn a_table_is_written_with_its_columns_in_order() {
    let lines = r#"{"kind":"segment","key":"smb","name":"-N","description":"D","priority":-1,"condition":{"device":"mobile"}}
{"kind":"variant","id":"v","page":"p","locale":"de","name":"N","content":{"title":"T","blocks":[{"type":"logos","id":"l","names":["a","b","c","d","e","f","g","h","i","j","k"]}]}}"#;
    let mut table = Vec::new();
    write(
        Format::Csv,
        &records(Format::JsonLines, lines.as_bytes()),
        &mut table,
    )
    .unwrap();
    let names = (0..11).map(|n| format!("content.blocks.0.names.{n}"));
    let names = names.collect::<Vec<_>>().join(",");
    let expected = format!(
        "\u{feff}kind,id,key,page,locale,name,status,priority,description,condition,content.blocks.0.id,{names},content.blocks.0.type,content.title\n\
        segment,,smb,,,'-N,,-1,D,\"{{\"\"device\"\":\"\"mobile\"\"}}\",,,,,,,,,,,,,,\n\
        variant,v,,p,de,N,published,,,,l,a,b,c,d,e,f,g,h,i,j,k,logos,T\n"
    );
    assert_eq!(String::from_utf8(table).unwrap(), expected);
}
