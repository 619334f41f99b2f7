//! Asks whether memory can be had before it is needed: an allocation that is refused in the middle of
//! the work ends the program.

use crate::threads;

/// What is asked for besides: for all that is small and not estimated, and so much that no request is
/// met from what the program has already.
const SPARE_BYTES: usize = 64 << 20;

/// The address space that an allocator may set aside for each thread.
const BYTES_A_THREAD: usize = 64 << 20;

/// Fewer bytes are not asked for: a small table needs no more memory than it takes.
const SMALL_BYTES: usize = 4 << 20;

/// What a column takes in training besides its cells: its name, and its parts of the schema, the ranks and
/// the scores. Measured on 2 rows × 1,000,000 columns: 580.
const BYTES_A_COLUMN: usize = 640;

/// Likewise a row: its number, its target and its weight, as read and as split.
const BYTES_A_ROW: usize = 64;

/// Refuses what needs more memory than can be had now; `what` is the subject of the sentence.
///
/// # Errors
/// The system does not grant that many bytes: the sentence that says so.
pub(crate) fn check(bytes: usize, what: impl FnOnce() -> String) -> Result<(), String> {
    if bytes < SMALL_BYTES {
        return Ok(());
    }
    let spare = SPARE_BYTES + threads::count() * BYTES_A_THREAD;
    let mut asked = Vec::<u8>::new();
    let granted = asked.try_reserve_exact(bytes.saturating_add(spare)).is_ok();
    // Else the compiler may leave out an allocation that nothing uses.
    std::hint::black_box(&mut asked);
    if granted {
        return Ok(());
    }
    Err(format!("{} takes about {} of memory, which cannot be had", what(), in_words(bytes)))
}

/// Refuses a table that is too large to train on, if each cell still takes `bytes_a_cell`.
///
/// # Errors
/// As [`check`].
pub(crate) fn check_table(
    n_rows: usize,
    n_columns: usize,
    bytes_a_cell: usize,
) -> Result<(), String> {
    let cells = n_rows.saturating_mul(n_columns).saturating_mul(bytes_a_cell);
    let columns = n_columns.saturating_mul(BYTES_A_COLUMN);
    let rows = n_rows.saturating_mul(BYTES_A_ROW);
    let bytes = cells.saturating_add(columns).saturating_add(rows);
    check(bytes, || format!("a table of {n_rows} rows × {n_columns} columns"))
}

/// The number of bytes that a vector allocates when `n_more` items are added, 0 if it has the room.
pub(crate) fn growth<T>(items: &Vec<T>, n_more: usize) -> usize {
    let len = items.len() + n_more;
    if len <= items.capacity() { 0 } else { len.max(2 * items.capacity()) * size_of::<T>() }
}

/// A number of bytes in the unit that suits it (powers of 1000).
fn in_words(bytes: usize) -> String {
    match bytes as f64 {
        bytes @ ..1e9 => format!("{:.0} MB", (bytes / 1e6).ceil()),
        bytes @ ..1e12 => format!("{:.1} GB", bytes / 1e9),
        bytes => format!("{:.0} TB", bytes / 1e12),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_pointer_width = "64")]
    #[test]
    fn what_no_machine_has_is_refused_with_the_figure_and_what_is_small_is_granted() {
        check(1, String::new).unwrap();
        for (bytes, figure) in [(usize::MAX, "18446744 TB"), (1 << 62, "4611686 TB")] {
            let message = check(bytes, || "the table".to_owned()).unwrap_err();
            let expected = format!("the table takes about {figure} of memory, which cannot be had");
            assert_eq!(message, expected);
        }
        let message = check_table(usize::MAX, 2, 4).unwrap_err();
        assert!(message.contains("18446744073709551615 rows × 2 columns"), "{message}");
    }

    #[test]
    fn bytes_are_said_in_powers_of_a_thousand() {
        assert_eq!([1, 2_500_000, 2_500_000_000].map(in_words), ["1 MB", "3 MB", "2.5 GB"]);
    }

    #[test]
    fn a_vector_asks_for_memory_when_it_is_full() {
        let mut items: Vec<u32> = Vec::with_capacity(10);
        items.extend([1; 8]);
        assert_eq!([1, 2, 3, 50].map(|n_more| growth(&items, n_more)), [0, 0, 80, 232]);
    }
}
