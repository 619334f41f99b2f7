//! The description of a file at its end, checked before the parquet crate takes it apart: it makes
//! room for what is claimed, follows nested columns by recursion, and does not look at the types that
//! fields are written with.
//!
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>

use super::damaged;
use super::thrift::{Fields, Result as InThrift, Thrift, Type, Wrong};
use crate::data::input::arrow::{limits, too_many_columns};
use crate::{Error, Result};

use Type::{Binary, Bool, Double, I8, I16, I32, I64, List, Struct};

/// Columns are nested so deep.
const DEPTH: usize = 64;

/// The limit on the names of all columns, each with those that it is nested in: this many times the
/// bytes that the columns are described in, and this many bytes more.
const PATHS_A_BYTE: usize = 64;
const PATH_BYTES: usize = 1 << 20;

/// What a name in such a path takes besides its letters.
const NAME_BYTES: usize = 32;

// The fields that the parquet crate reads; it reads over others by the type they are written with.
const FILE: Fields = &[
    (1, I32),
    (3, I64),
    (4, List(&Struct(ROW_GROUP))),
    (5, List(&Struct(&[(1, Binary), (2, Binary)]))),
    (6, Binary),
    (7, List(&Struct(&[(1, EMPTY), (2, EMPTY), (3, EMPTY)]))),
];
const FILE_SCHEMA: i16 = 2;

const EMPTY: Type = Struct(&[]);

const ELEMENT: Fields = &[
    (1, I32),
    (2, I32),
    (3, I32),
    (4, Binary),
    (5, I32),
    (6, I32),
    (7, I32),
    (8, I32),
    (9, I32),
    (10, Struct(LOGICAL_TYPE)),
];
const ELEMENT_NAME: i16 = 4;
const ELEMENT_CHILDREN: i16 = 5;

const LOGICAL_TYPE: Fields = &[
    (1, EMPTY),
    (2, EMPTY),
    (3, EMPTY),
    (4, EMPTY),
    (5, Struct(&[(1, I32), (2, I32)])),
    (6, EMPTY),
    (7, TIME),
    (8, TIME),
    (10, Struct(&[(1, I8), (2, Bool)])),
    (11, EMPTY),
    (12, EMPTY),
    (13, EMPTY),
    (14, EMPTY),
    (15, EMPTY),
    (16, Struct(&[(1, I8)])),
    (17, Struct(&[(1, Binary)])),
    (18, Struct(&[(1, Binary), (2, I32)])),
    (19, EMPTY),
];
const TIME: Type = Struct(&[(1, Bool), (2, Struct(&[(1, EMPTY), (2, EMPTY), (3, EMPTY)]))]);

const ROW_GROUP: Fields = &[
    (1, List(&Struct(CHUNK))),
    (2, I64),
    (3, I64),
    (4, List(&Struct(&[(1, I32), (2, Bool), (3, Bool)]))),
    (5, I64),
    (7, I16),
];

const CHUNK: Fields =
    &[(1, Binary), (2, I64), (3, Struct(CHUNK_METADATA)), (4, I64), (5, I32), (6, I64), (7, I32)];

// The parquet crate is told to read over the statistics.
const CHUNK_METADATA: Fields = &[
    (1, I32),
    (2, List(&I32)),
    (4, I32),
    (5, I64),
    (6, I64),
    (7, I64),
    (9, I64),
    (10, I64),
    (11, I64),
    (14, I64),
    (15, I32),
    (17, Struct(&[(1, Struct(BOX)), (2, List(&I32))])),
];
const BOX: Fields = &[
    (1, Double),
    (2, Double),
    (3, Double),
    (4, Double),
    (5, Double),
    (6, Double),
    (7, Double),
    (8, Double),
];

/// Checks that the lengths in a footer lie within it.
///
/// # Errors
/// It is not, or there are too many columns.
pub(super) fn check(footer: &[u8]) -> Result<()> {
    let cannot_be = |wrong| match wrong {
        Wrong::CutOff => damaged("its footer is cut off"),
        Wrong::Invalid => damaged("its footer cannot be"),
    };
    check_file(&mut Thrift { left: footer }).map_err(cannot_be)?
}

/// What is wrong with the protocol, and what is wrong with the columns.
fn check_file(thrift: &mut Thrift) -> InThrift<Result<()>> {
    let mut last = 0;
    while let Some((id, code)) = thrift.field(&mut last)? {
        if id != FILE_SCHEMA {
            thrift.value(FILE, id, code)?;
        } else if !List(&Struct(ELEMENT)).is(code) {
            return Err(Wrong::Invalid);
        } else if let Err(error) = check_schema(thrift)? {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

/// Columns are a list of a tree's nodes, each before its children.
fn check_schema(thrift: &mut Thrift) -> InThrift<Result<(), Error>> {
    let before = thrift.left.len();
    let (code, n_nodes) = thrift.list()?;
    if !Struct(ELEMENT).is(code) {
        return Err(Wrong::Invalid);
    }
    if n_nodes > limits::COLUMNS {
        return Ok(Err(too_many_columns()));
    }
    // For each node around: how many children are to come, and what its path takes.
    let mut around: Vec<(usize, usize)> = Vec::new();
    let mut path_bytes = 0;
    for i in 0..n_nodes {
        let (name_bytes, n_children) = read_element(thrift)?;
        let path = match around.last_mut() {
            Some((left, path)) => {
                *left -= 1;
                *path + name_bytes + NAME_BYTES
            }
            None if i == 0 => 0,
            None => return Err(Wrong::Invalid),
        };
        if n_children == 0 {
            path_bytes += path;
        } else if n_children > n_nodes || around.len() == DEPTH {
            return Err(Wrong::Invalid);
        } else {
            around.push((n_children, path));
        }
        while around.last().is_some_and(|&(left, _)| left == 0) {
            around.pop();
        }
    }
    let most = PATH_BYTES + PATHS_A_BYTE * (before - thrift.left.len());
    if around.is_empty() && path_bytes <= most { Ok(Ok(())) } else { Err(Wrong::Invalid) }
}

/// The length of a node's name, and the number of its children.
fn read_element(thrift: &mut Thrift) -> InThrift<(usize, usize)> {
    let (mut name_bytes, mut n_children) = (0, 0);
    let mut last = 0;
    while let Some((id, code)) = thrift.field(&mut last)? {
        match id {
            ELEMENT_NAME if Binary.is(code) => name_bytes = thrift.binary()?.len(),
            ELEMENT_CHILDREN if I32.is(code) => {
                // As the parquet crate does.
                let n = thrift.int()? as i32;
                n_children = usize::try_from(n).map_err(|_| Wrong::Invalid)?;
            }
            _ => thrift.value(ELEMENT, id, code)?,
        }
    }
    Ok((name_bytes, n_children))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A footer whose columns are these nodes: names with numbers of children.
    fn footer(nodes: &[(&str, u32)]) -> Vec<u8> {
        let varint = |mut n: u32| {
            let mut bytes = Vec::new();
            while n > 0x7f {
                bytes.push(n as u8 | 0x80);
                n >>= 7;
            }
            bytes.push(n as u8);
            bytes
        };
        let mut bytes = vec![0x29, 0xfc];
        bytes.extend(varint(nodes.len() as u32));
        for (name, n_children) in nodes {
            bytes.extend([[0x48].to_vec(), varint(name.len() as u32)].concat());
            bytes.extend(name.as_bytes());
            bytes.extend([[0x15].to_vec(), varint(2 * n_children), vec![0]].concat());
        }
        bytes.push(0);
        bytes
    }

    #[test]
    fn a_tree_of_columns_is_as_large_as_its_list() {
        assert!(check(&footer(&[("", 2), ("a", 0), ("b", 1), ("c", 0)])).is_ok());
        for nodes in [
            &[("", 2), ("a", 0)][..],
            &[("", 1), ("a", 0), ("b", 0)],
            &[("", 1), ("a", 1 << 30)],
            &[("", 0), ("a", 0)],
        ] {
            assert!(check(&footer(nodes)).is_err(), "{nodes:?}");
        }
    }

    #[test]
    fn columns_are_not_nested_deeper_than_a_reader_can_follow() {
        let chain = |depth| [vec![("a", 1); depth], vec![("b", 0)]].concat();
        assert!(check(&footer(&chain(DEPTH))).is_ok());
        assert!(check(&footer(&chain(DEPTH + 1))).is_err());
    }

    #[test]
    fn paths_of_names_do_not_outgrow_the_footer() {
        // 10,000 columns in one with a name of 100 kB: 1 GB of names from 150 kB.
        let long = "n".repeat(100_000);
        let nodes = [vec![("", 1), (&long, 10_000)], vec![("b", 0); 10_000]].concat();
        assert!(check(&footer(&nodes)).is_err());
        let nodes = [vec![("", 1), ("a", 10_000)], vec![("b", 0); 10_000]].concat();
        assert!(check(&footer(&nodes)).is_ok());
    }

    #[test]
    fn more_columns_than_can_be_are_refused_by_their_number() {
        let nodes = [vec![("", limits::COLUMNS as u32)], vec![("b", 0); limits::COLUMNS]].concat();
        let error = check(&footer(&nodes)).unwrap_err();
        assert!(error.message().to_string().contains("131072 columns"), "{error}");
    }

    #[test]
    fn a_field_of_another_type_than_the_formats_is_refused() {
        // The number of rows as a text, which the parquet crate reads as a number.
        assert!(check(&[0x38, 0x01, b'a', 0]).is_err());
        assert!(check(&[0x36, 0x02, 0]).is_ok());
        // A list of a billion booleans, which takes no bytes, in a field that is not known.
        assert!(check(&[0x09, 0x7e, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x03, 0]).is_err());
    }
}
