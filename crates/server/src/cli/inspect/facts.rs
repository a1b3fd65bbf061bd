//! What is known of a thing, in order: aligned lines for people, an object for programs.

use std::borrow::Cow;
use std::fmt::Write;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The widest that labels make the column of values; longer ones push their own value aside.
const MAX_LABEL_WIDTH: usize = 36;

/// Facts in order.
#[derive(Debug, Default, Clone)]
pub(crate) struct Facts(Vec<Fact>);

#[derive(Debug, Clone)]
struct Fact {
    /// The member's name in JSON.
    key: Cow<'static, str>,
    /// What a person reads in its place; empty where it is for programs alone.
    label: Cow<'static, str>,
    /// What a person reads beside the label; in JSON it is the value that says so.
    text: String,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    /// A value for programs.
    Plain(Value),
    /// Facts below this one.
    Group(Facts),
    /// A value for programs, and the same in lines for people.
    Both(Value, Facts),
    /// Several things of one kind below this one; each with what a person reads before it.
    List(Vec<(String, Facts)>),
}

impl Facts {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A value, and how a person reads it.
    pub(crate) fn add(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        value: impl Into<Value>,
        text: impl Into<String>,
    ) {
        self.push(key, label, text, Content::Plain(value.into()));
    }

    /// A value for programs alone.
    pub(crate) fn add_value(&mut self, key: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        self.push(key, "", "", Content::Plain(value.into()));
    }

    /// A text that both read.
    pub(crate) fn add_text(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        text: impl Into<String>,
    ) {
        let text = text.into();
        self.add(key, label, text.clone(), text);
    }

    pub(crate) fn add_group(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        text: impl Into<String>,
        facts: Self,
    ) {
        self.push(key, label, text, Content::Group(facts));
    }

    /// Facts for programs alone; null where there are none.
    pub(crate) fn add_optional_group(&mut self, key: &'static str, facts: Option<Self>) {
        self.push(key, "", "", facts.map_or(Content::Plain(Value::Null), Content::Group));
    }

    /// A value for programs that people read as facts below this one.
    pub(crate) fn add_both(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        text: impl Into<String>,
        value: Value,
        facts: Self,
    ) {
        self.push(key, label, text, Content::Both(value, facts));
    }

    pub(crate) fn add_list(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        text: impl Into<String>,
        items: Vec<(String, Self)>,
    ) {
        self.push(key, label, text, Content::List(items));
    }

    fn push(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        text: impl Into<String>,
        content: Content,
    ) {
        self.0.push(Fact { key: key.into(), label: label.into(), text: text.into(), content });
    }

    /// Aligned lines, the facts of a group indented below it.
    pub(crate) fn to_text(&self) -> String {
        let width = self.label_width(0).min(MAX_LABEL_WIDTH);
        let mut text = String::new();
        self.write(&mut text, 0, width);
        text
    }

    fn label_width(&self, indent: usize) -> usize {
        let widths = self.0.iter().map(|fact| {
            let below = match &fact.content {
                Content::Plain(_) => 0,
                Content::Group(facts) | Content::Both(_, facts) => facts.label_width(indent + 2),
                Content::List(items) => {
                    items.iter().map(|(_, facts)| facts.label_width(indent + 4)).max().unwrap_or(0)
                }
            };
            below.max(if fact.text.is_empty() { 0 } else { indent + fact.label.chars().count() })
        });
        widths.max().unwrap_or(0)
    }

    fn write(&self, out: &mut String, indent: usize, width: usize) {
        for fact in self.0.iter().filter(|fact| !fact.label.is_empty()) {
            let column = width.saturating_sub(indent);
            let line = format!("{:indent$}{:<column$}  {}", "", one_line(&fact.label), one_line(&fact.text));
            // Writing to a String can't fail.
            let _ = writeln!(out, "{}", line.trim_end());
            match &fact.content {
                Content::Plain(_) => {}
                Content::Group(facts) | Content::Both(_, facts) => facts.write(out, indent + 2, width),
                Content::List(items) => {
                    for (title, facts) in items {
                        let _ = writeln!(out, "{:indent$}  {}", "", one_line(title));
                        facts.write(out, indent + 4, width);
                    }
                }
            }
        }
    }
}

/// A peer's text must not look like lines of ours.
fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains('\n') { Cow::Owned(text.replace('\n', "\\n")) } else { Cow::Borrowed(text) }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for fact in &self.0 {
            match &fact.content {
                Content::Plain(value) | Content::Both(value, _) => map.serialize_entry(&fact.key, value)?,
                Content::Group(facts) => map.serialize_entry(&fact.key, facts)?,
                Content::List(items) => {
                    let items: Vec<&Self> = items.iter().map(|(_, facts)| facts).collect();
                    map.serialize_entry(&fact.key, &items)?;
                }
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;

    fn facts() -> Facts {
        let mut inner = Facts::new();
        inner.add("set", "a longer label", true, "yes");
        let mut facts = Facts::new();
        facts.add_value("version", 3);
        facts.add_text("name", "Name", "kim\nSigned  yes");
        facts.add_group("flags", "Flags", "0x01", inner.clone());
        facts.add_list("certificates", "Certificates", "1", vec![("1.".to_owned(), inner)]);
        facts
    }

    #[test]
    fn people_read_aligned_lines() {
        let expected = "Name                kim\\nSigned  yes\n\
                        Flags               0x01\n  a longer label    yes\n\
                        Certificates        1\n  1.\n    a longer label  yes\n";
        assert_eq!(facts().to_text(), expected);
    }

    #[test]
    fn programs_read_members_in_order() {
        assert_eq!(
            serde_json::to_string(&facts()).unwrap(),
            r#"{"version":3,"name":"kim\nSigned  yes","flags":{"set":true},"certificates":[{"set":true}]}"#
        );
    }
}
