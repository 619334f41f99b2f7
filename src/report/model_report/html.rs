//! A document as one HTML file: no script, nothing from elsewhere, readable without style, by a screen reader, on a phone, in
//! the dark and on paper.

use std::fmt::{self, Write};

use super::document::{Block, Cell, Document, Drawing, Figure, Table};
use crate::report::escape::escape;

/// It asks for nothing from elsewhere, and no browser is to do so.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = include_str!("style.css");

pub(super) fn html(document: &Document) -> String {
    let mut html = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut html, document);
    html
}

fn write(html: &mut String, document: &Document) -> fmt::Result {
    let (title, subject) = (escape(&document.title), escape(&document.subject));
    writeln!(
        html,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>"
    )?;
    writeln!(html, "<header>\n<h1>{title}</h1>\n<p>{subject}</p>\n<div class=\"verdict\">")?;
    for sentence in &document.verdict {
        writeln!(html, "<p>{}</p>", escape(sentence))?;
    }
    writeln!(html, "</div>\n<nav aria-label=\"Contents\"><ul>")?;
    for section in &document.sections {
        writeln!(html, "<li><a href=\"#{}\">{}</a></li>", section.id, escape(section.title))?;
    }
    writeln!(html, "</ul></nav>\n</header>\n<main>")?;
    for section in &document.sections {
        let (id, title) = (section.id, escape(section.title));
        writeln!(html, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>")?;
        // Pictures stand side by side where there is room.
        for blocks in section.blocks.chunk_by(|a, b| is_picture(a) && is_picture(b)) {
            let are_pictures = is_picture(&blocks[0]);
            if are_pictures {
                writeln!(html, "<div class=\"figures\">")?;
            }
            blocks.iter().try_for_each(|block| write_block(html, block))?;
            if are_pictures {
                writeln!(html, "</div>")?;
            }
        }
        writeln!(html, "</section>")?;
    }
    writeln!(html, "</main>\n</body>\n</html>")
}

fn is_picture(block: &Block) -> bool {
    matches!(block, Block::Figure(_))
}

fn write_block(html: &mut String, block: &Block) -> fmt::Result {
    match block {
        Block::Text(text) => writeln!(html, "<p>{}</p>", escape(text)),
        Block::Warnings(warnings) => {
            writeln!(html, "<ul class=\"warnings\">")?;
            for (severity, text) in warnings {
                let (severity, text) = (escape(severity), escape(text));
                writeln!(html, "<li class=\"{severity}\"><b>{severity}:</b> {text}</li>")?;
            }
            writeln!(html, "</ul>")
        }
        Block::Facts(facts) => {
            writeln!(html, "<dl>")?;
            for (name, text) in facts {
                writeln!(html, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(text))?;
            }
            writeln!(html, "</dl>")
        }
        Block::Table(table) => write_table(html, table),
        Block::Figure(figure) => write_figure(html, figure),
        Block::Tree { svg, text } => {
            writeln!(
                html,
                "<div class=\"scroll\" role=\"region\" aria-label=\"A tree\" tabindex=\"0\">{svg}</div>"
            )?;
            writeln!(html, "<details><summary>The tree as text</summary>")?;
            writeln!(html, "<pre tabindex=\"0\">{}</pre></details>", escape_lines(text))
        }
    }
}

/// A text whose line feeds are its own.
fn escape_lines(text: &str) -> String {
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}

fn write_figure(html: &mut String, figure: &Figure) -> fmt::Result {
    let (title, reading) = (escape(&figure.title), escape(&figure.reading));
    writeln!(html, "<figure>\n<figcaption><h3>{title}</h3><p>{reading}</p></figcaption>")?;
    writeln!(html, "{}", figure.plot.svg(&format!("{}: {}", figure.title, figure.reading)))?;
    if !figure.legend.is_empty() {
        writeln!(html, "<ul class=\"legend\">")?;
        for (class, text) in &figure.legend {
            let shape = if figure.plot.has_bars() {
                format!("<rect class=\"bar {class}\" x=\"6\" width=\"10\" height=\"10\"/>")
            } else {
                format!("<path class=\"line {class}\" d=\"M1 5H23\"/>")
            };
            let key = format!("<svg viewBox=\"0 0 24 10\" aria-hidden=\"true\">{shape}</svg>");
            writeln!(html, "<li>{key}{}</li>", escape(text))?;
        }
        writeln!(html, "</ul>")?;
    }
    if !figure.numbers.rows.is_empty() {
        writeln!(html, "<details><summary>Numbers of {title}</summary>")?;
        write_table(html, &figure.numbers)?;
        writeln!(html, "</details>")?;
    }
    writeln!(html, "</figure>")
}

fn write_table(html: &mut String, table: &Table) -> fmt::Result {
    let title = escape(&table.title);
    writeln!(html, "<div class=\"scroll\" role=\"region\" aria-label=\"{title}\" tabindex=\"0\">")?;
    let class = if table.is_of_words { " class=\"words\"" } else { "" };
    write!(html, "<table{class}>")?;
    writeln!(html, "<caption>{title}<span>{}</span></caption>", escape(&table.reading))?;
    write!(html, "<thead><tr>")?;
    for column in &table.columns {
        write!(html, "<th scope=\"col\">{}</th>", escape(column))?;
    }
    writeln!(html, "</tr></thead>\n<tbody>")?;
    for row in &table.rows {
        write!(html, "<tr>")?;
        for (column, cell) in row.iter().enumerate() {
            write_cell(html, cell, column == 0)?;
        }
        writeln!(html, "</tr>")?;
    }
    writeln!(html, "</tbody></table></div>")
}

fn write_cell(html: &mut String, cell: &Cell, is_name: bool) -> fmt::Result {
    let text = escape(&cell.text);
    match &cell.drawing {
        _ if is_name => write!(html, "<th scope=\"row\">{text}</th>"),
        None => write!(html, "<td>{text}</td>"),
        Some(Drawing::Shade { is_right, part }) => {
            let class = if *is_right { "right" } else { "wrong" };
            write!(html, "<td class=\"{class}\" style=\"--part:{part:.3}\">{text}</td>")
        }
        Some(Drawing::Bar { length, ends }) => {
            let width = |part: f64| 100.0 * part.clamp(0.0, 1.0);
            write!(
                html,
                "<td class=\"drawn\">{text}<svg class=\"rod\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" \
                 aria-hidden=\"true\"><rect class=\"bar a\" width=\"{:.1}\" height=\"8\"/>",
                width(*length)
            )?;
            if let Some([low, high]) = ends.map(|ends| ends.map(width)) {
                write!(html, "<path class=\"whisker\" d=\"M{low:.1} 4H{high:.1}\"/>")?;
            }
            write!(html, "</svg></td>")
        }
    }
}
