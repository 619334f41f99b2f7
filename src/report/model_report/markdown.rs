//! A document as Markdown, with the tables of its figures where they are short.

use std::fmt::{self, Write};

use super::document::{Block, Document, Figure, Table};
use crate::report::escape::escape_markdown as escape;

/// The most lines of a figure's table.
const MOST_LINES: usize = 24;

pub(super) fn markdown(document: &Document) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, document);
    text
}

fn write(text: &mut String, document: &Document) -> fmt::Result {
    writeln!(text, "# {}\n\n{}\n", escape(&document.title), escape(&document.subject))?;
    for sentence in &document.verdict {
        writeln!(text, "> {}", escape(sentence))?;
    }
    for section in &document.sections {
        writeln!(text, "\n## {}", section.title)?;
        section.blocks.iter().try_for_each(|block| write_block(text, block))?;
    }
    Ok(())
}

fn write_block(text: &mut String, block: &Block) -> fmt::Result {
    match block {
        Block::Text(paragraph) => writeln!(text, "\n{}", escape(paragraph)),
        Block::Warnings(warnings) => {
            writeln!(text)?;
            warnings.iter().try_for_each(|(severity, warning)| {
                writeln!(text, "- **{}**: {}", escape(severity), escape(warning))
            })
        }
        Block::Facts(facts) => {
            writeln!(text)?;
            facts.iter().try_for_each(|(name, fact)| {
                writeln!(text, "- **{}**: {}", escape(name), escape(fact))
            })
        }
        Block::Table(table) => write_table(text, table),
        Block::Figure(Figure { title, reading, numbers, .. }) => {
            if numbers.rows.len() > MOST_LINES {
                return Ok(());
            }
            write_head(text, title, reading)?;
            write_rows(text, numbers)
        }
        Block::Tree { text: tree, .. } => {
            writeln!(text, "\n```text\n{}\n```", tree.trim_end().replace('`', "'"))
        }
    }
}

fn write_head(text: &mut String, title: &str, reading: &str) -> fmt::Result {
    writeln!(text, "\n### {}\n", escape(title))?;
    if !reading.is_empty() {
        writeln!(text, "{}\n", escape(reading))?;
    }
    Ok(())
}

fn write_table(text: &mut String, table: &Table) -> fmt::Result {
    write_head(text, &table.title, &table.reading)?;
    write_rows(text, table)
}

fn write_rows(text: &mut String, table: &Table) -> fmt::Result {
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = cells.map(escape).collect();
        format!("| {} |", cells.join(" | "))
    };
    let columns = &table.columns;
    writeln!(text, "{}", line(&mut columns.iter().map(String::as_str)))?;
    let rule = if table.is_of_words { "---" } else { "--:" };
    let rules = (0..columns.len()).map(|column| if column == 0 { "---" } else { rule });
    writeln!(text, "| {} |", rules.collect::<Vec<_>>().join(" | "))?;
    for row in &table.rows {
        writeln!(text, "{}", line(&mut row.iter().map(|cell| cell.text.as_str())))?;
    }
    Ok(())
}
