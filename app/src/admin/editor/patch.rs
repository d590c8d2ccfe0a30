//! Elements made like others by as few changes as possible.

use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Element, Node};

/// Gives `present` the content of `wanted`, which is used up. What is alike stays as it is, and so
/// do the attributes of `present` itself.
pub(super) fn hold_the_same(present: &Element, wanted: &Element) {
    let (mut old, mut new) = (present.first_child(), wanted.first_child());
    loop {
        let next = (
            old.as_ref().and_then(Node::next_sibling),
            new.as_ref().and_then(Node::next_sibling),
        );
        match (&old, &new) {
            (Some(old), Some(new)) if is_alike(old, new) => adopt(old, new),
            // Taking a node out of its own parent cannot fail, nor can putting it into another.
            (Some(old), Some(new)) => drop(present.replace_child(new, old)),
            (Some(old), None) => drop(present.remove_child(old)),
            (None, Some(new)) => drop(present.append_child(new)),
            (None, None) => return,
        }
        (old, new) = next;
    }
}

fn is_alike(old: &Node, new: &Node) -> bool {
    old.node_type() == new.node_type() && old.node_name() == new.node_name()
}

/// Both are of the document in the frame, whose kinds of nodes no check of types knows here.
fn adopt(old: &Node, new: &Node) {
    if old.node_type() == Node::ELEMENT_NODE {
        let (old, new) = (old.unchecked_ref(), new.unchecked_ref());
        adopt_attributes(old, new);
        hold_the_same(old, new);
    } else if old.node_value() != new.node_value() {
        old.set_node_value(new.node_value().as_deref());
    }
}

fn adopt_attributes(present: &Element, wanted: &Element) {
    let names = |element: &Element| -> Vec<String> {
        let names = element.get_attribute_names();
        names.iter().filter_map(|name| name.as_string()).collect()
    };
    for name in names(present) {
        if !wanted.has_attribute(&name) {
            let _ = present.remove_attribute(&name);
        }
    }
    for name in names(wanted) {
        let value = wanted.get_attribute(&name).unwrap_or_default();
        if present.get_attribute(&name).as_ref() != Some(&value) {
            // A parser may read names that cannot be set; what renders pages writes none.
            let _ = present.set_attribute(&name, &value);
        }
    }
}
