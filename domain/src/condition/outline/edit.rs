use super::{Group, Part};

/// Where a part is moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Towards the beginning.
    Up,
    /// Towards the end.
    Down,
}

/// A place is the way from the outermost group to a part: each number is a position in the group
/// that the numbers before it lead to.
impl Group {
    /// The part at a place.
    pub fn part(&self, place: &[usize]) -> Option<&Part> {
        let (last, above) = place.split_last()?;
        self.group(above)?.parts.get(*last)
    }

    /// The part at a place, to be changed.
    pub fn part_mut(&mut self, place: &[usize]) -> Option<&mut Part> {
        let (last, above) = place.split_last()?;
        self.group_mut(above)?.parts.get_mut(*last)
    }

    /// The group at a place; the empty place is the outermost group.
    pub fn group(&self, place: &[usize]) -> Option<&Self> {
        place
            .iter()
            .try_fold(self, |group, index| match group.parts.get(*index)? {
                Part::Group(inner) => Some(inner),
                _ => None,
            })
    }

    /// The group at a place, to be changed.
    pub fn group_mut(&mut self, place: &[usize]) -> Option<&mut Self> {
        place
            .iter()
            .try_fold(self, |group, index| match group.parts.get_mut(*index)? {
                Part::Group(inner) => Some(inner),
                _ => None,
            })
    }

    /// Takes the part at a place out.
    pub fn remove(&mut self, place: &[usize]) -> Option<Part> {
        let (last, above) = place.split_last()?;
        let parts = &mut self.group_mut(above)?.parts;
        (*last < parts.len()).then(|| parts.remove(*last))
    }

    /// Moves a part by one line: past its neighbour, into a group that is its neighbour, or out of
    /// its group at the end of that. Returns its new place, or `None` when it cannot go further.
    pub fn shift(&mut self, place: &[usize], direction: Direction) -> Option<Vec<usize>> {
        let target = self.next_place(place, direction)?;
        let part = self.remove(place)?;
        let (last, above) = target.split_last()?;
        self.group_mut(above)?.parts.insert(*last, part);
        Some(target)
    }

    /// The place after the part was taken out from its own.
    fn next_place(&self, place: &[usize], direction: Direction) -> Option<Vec<usize>> {
        let (last, above) = place.split_last()?;
        let siblings = &self.group(above)?.parts;
        let neighbour = match direction {
            Direction::Up => last.checked_sub(1),
            Direction::Down => Some(last + 1).filter(|next| *next < siblings.len()),
        };
        let Some(neighbour) = neighbour else {
            let (group, outside) = above.split_last()?;
            let beside = match direction {
                Direction::Up => *group,
                Direction::Down => group + 1,
            };
            return Some([outside, &[beside]].concat());
        };
        // Behind the part that was taken out, everything moves up by one.
        let now_at = match direction {
            Direction::Up => neighbour,
            Direction::Down => *last,
        };
        Some(match (siblings.get(neighbour)?, direction) {
            (Part::Group(inner), Direction::Up) => [above, &[now_at, inner.parts.len()]].concat(),
            (Part::Group(_), Direction::Down) => [above, &[now_at, 0]].concat(),
            _ => [above, &[neighbour]].concat(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{read, write};
    use super::*;

    fn check(direction: Direction, place: &[usize], expected: Option<(&[usize], Value)>) {
        let mut outline =
            read(&json!({"$and": [{"a": 1}, {"$or": [{"b": 1}, {"c": 1}]}, {"d": 1}]}));
        let found = outline.shift(place, direction);
        let expected = expected.map(|(place, json)| (place.to_vec(), json));
        assert_eq!(found.map(|place| (place, write(&outline))), expected);
    }

    #[test]
    fn a_part_moves_past_into_and_out_of_its_neighbours() {
        use Direction::{Down, Up};
        check(Up, &[0], None);
        check(Down, &[2], None);
        check(
            Down,
            &[0],
            Some((
                &[0, 0],
                json!({"$or": [{"a": 1}, {"b": 1}, {"c": 1}], "d": 1}),
            )),
        );
        check(
            Up,
            &[2],
            Some((
                &[1, 2],
                json!({"$and": [{"a": 1}, {"$or": [{"b": 1}, {"c": 1}, {"d": 1}]}]}),
            )),
        );
        check(
            Down,
            &[1, 0],
            Some((
                &[1, 1],
                json!({"$and": [{"a": 1}, {"$or": [{"c": 1}, {"b": 1}]}, {"d": 1}]}),
            )),
        );
        check(
            Up,
            &[1, 0],
            Some((
                &[1],
                json!({"$and": [{"a": 1}, {"b": 1}, {"$or": [{"c": 1}]}, {"d": 1}]}),
            )),
        );
        check(
            Down,
            &[1, 1],
            Some((
                &[2],
                json!({"$and": [{"a": 1}, {"$or": [{"b": 1}]}, {"c": 1}, {"d": 1}]}),
            )),
        );
        check(
            Down,
            &[1],
            Some((
                &[2],
                json!({"$and": [{"a": 1}, {"d": 1}, {"$or": [{"b": 1}, {"c": 1}]}]}),
            )),
        );
        check(Down, &[7], None);
        check(Up, &[0, 3], None);
    }

    #[test]
    fn a_part_is_found_and_taken_out_by_its_place() {
        let mut outline = read(&json!({"$or": [{"b": 1}, {"$nor": [{"c": 1}]}]}));
        assert_eq!(
            outline.part(&[1, 0]),
            outline.clone().remove(&[1, 0]).as_ref()
        );
        assert!(outline.remove(&[1, 0]).is_some());
        assert_eq!(write(&outline), json!({"$or": [{"b": 1}, {"$nor": []}]}));
        assert_eq!(outline.remove(&[]), None);
        assert_eq!(outline.remove(&[2]), None);
    }
}
