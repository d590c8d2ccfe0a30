//! Numbers in words.

/// A count with commas: `10,098`.
pub fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many there are of something: `1 field`, `1,200 fields`.
pub fn counted(number: impl ToString, one: &str, many: &str) -> String {
    let number = grouped(number);
    let words = if number == "1" { one } else { many };
    format!("{number} {words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_have_commas() {
        let check = |number: usize, expected: &str| assert_eq!(grouped(number), expected);
        check(0, "0");
        check(999, "999");
        check(10_098, "10,098");
        check(1_000_000, "1,000,000");
        assert_eq!(counted(1, "field", "fields"), "1 field");
        assert_eq!(counted(1_200, "field", "fields"), "1,200 fields");
        assert_eq!(counted(0, "field", "fields"), "0 fields");
    }
}
