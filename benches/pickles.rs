//! Files of scikit-learn that somebody mutated, a million of them: `cargo bench --profile dev --bench pickles`; a number
//! after `--` asks for more or fewer, a second begins with another one. Each has to be refused, or give a model that
//! can be saved; and reading it may take a bounded amount of memory.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use forest::ErrorKind;
use forest::interchange::{Contents, ImportOptions, import};
use peak_alloc::PeakAlloc;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const N_FILES: u64 = 1_000_000;

/// What reading may take for each byte of a file that is not packed: an opcode of a byte makes a tuple.
const BYTES_A_BYTE: usize = 128;

/// What it may take besides; of a packed file, of which a few bytes can hold much: 46 those of a whole block of bzip2, 46 MB.
const FIXED: usize = 512 << 20;
const FIXED_UNPACKED: usize = 2 << 20;

/// Opcodes that build, call and repeat.
const OPCODES: &[u8] = b"().012FGIJKLMNQRSTUVXabcdeghijlopqrstu]}\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8c\x8f\x90\x91\x92\x93\x94\x95\x96\x97";

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let (n_files, first) = (numbers.next().unwrap_or(N_FILES), numbers.next().unwrap_or(0));
    let files = files();
    let (mut models, mut refused) = (0_u64, BTreeMap::<String, u64>::new());
    let (mut most, mut longest) = ((0.0, 0), (Duration::ZERO, 0));
    for number in first..first + n_files {
        let file = mutate(&files, &mut ChaCha8Rng::seed_from_u64(number));
        let tried = catch_unwind(AssertUnwindSafe(|| {
            ALLOCATOR.reset_peak_usage();
            let (before, started) = (ALLOCATOR.current_usage(), Instant::now());
            let imported = import(&file, "model.pkl", &ImportOptions::default());
            let (memory, time) = (ALLOCATOR.peak_usage().saturating_sub(before), started.elapsed());
            let _ = Contents::read(&file);
            let fixed = if is_packed(&file) { FIXED } else { FIXED_UNPACKED };
            let allowed = BYTES_A_BYTE * file.len() + fixed;
            assert!(memory <= allowed, "{memory} bytes of memory for a file of {}", file.len());
            let outcome = match imported {
                Ok(model) => {
                    assert!(model.to_bytes().is_ok(), "it cannot be saved");
                    None
                }
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::Model | ErrorKind::Data), "{error}");
                    Some(outline(&error.message().to_string()))
                }
            };
            (outcome, memory as f64 / allowed as f64, time)
        }));
        let Ok((outcome, share, time)) = tried else {
            let path = std::env::temp_dir().join(format!("pickle-{number}"));
            std::fs::write(&path, &file).unwrap();
            eprintln!("file {number} is in {}", path.display());
            std::process::exit(1);
        };
        match outcome {
            None => models += 1,
            Some(error) => *refused.entry(error).or_default() += 1,
        }
        most = if share > most.0 { (share, number) } else { most };
        longest = if time > longest.0 { (time, number) } else { longest };
        if (number + 1 - first).is_multiple_of(100_000) || number + 1 == first + n_files {
            let n_refused: u64 = refused.values().sum();
            println!(
                "{models} models, {n_refused} refused in {} ways; worst (and which): share of memory {most:.3?}, time {longest:.1?}",
                refused.len()
            );
        }
    }
    println!("what was refused, and how often:");
    for (what, times) in &refused {
        println!("{times:8} {what}");
    }
}

/// The files of the tests.
fn files() -> Vec<Vec<u8>> {
    let mut paths: Vec<_> =
        std::fs::read_dir("tests/fixtures/sklearn").unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let is_model = |path: &&std::path::PathBuf| {
        path.extension().is_some_and(|end| end == "pkl" || end == "joblib" || end == "skops")
    };
    paths.iter().filter(is_model).map(|path| std::fs::read(path).unwrap()).collect()
}

fn is_packed(file: &[u8]) -> bool {
    !matches!(file, [0x80 | b'c' | b'(' | b']' | b'}', ..])
}

/// A file with some of its bytes changed, doubled, moved, or cut off.
fn mutate(files: &[Vec<u8>], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut file = files[rng.gen_range(0..files.len())].clone();
    for _ in 0..rng.gen_range(1..=4) {
        if file.is_empty() {
            return file;
        }
        let at = rng.gen_range(0..file.len());
        let end = (at + rng.gen_range(1..64)).min(file.len());
        match rng.gen_range(0..9) {
            0 => file[at] ^= 1 << rng.gen_range(0..8),
            1 => file[at] = rng.r#gen(),
            2 | 3 => file[at] = OPCODES[rng.gen_range(0..OPCODES.len())],
            4 => file.insert(at, OPCODES[rng.gen_range(0..OPCODES.len())]),
            5 => drop(file.drain(at..end)),
            6 => {
                let part = file[at..end].to_vec();
                let to = rng.gen_range(0..file.len());
                file.splice(to..to, part.repeat(rng.gen_range(1..20)));
            }
            7 => {
                let other = &files[rng.gen_range(0..files.len())];
                let from = rng.gen_range(0..other.len());
                let part = other[from..].iter().take(300).copied();
                file.splice(at..end, part);
            }
            _ => {
                let number: [u8; 4] = [0x7fff_ffff_u32, 0xffff_ffff, 0x8000_0000, 0, 1, 0xffff]
                    [rng.gen_range(0..6)]
                .to_le_bytes();
                for (byte, new) in file[at..].iter_mut().zip(number) {
                    *byte = new;
                }
            }
        }
    }
    if rng.gen_bool(0.1) {
        file.truncate(rng.gen_range(0..=file.len()));
    }
    file
}

/// The beginning of a sentence without what is different in each file.
fn outline(sentence: &str) -> String {
    let plain = sentence.split('\'').step_by(2).collect::<Vec<_>>().join("…");
    let plain: String = plain.chars().filter(|c| !c.is_ascii_digit()).take(40).collect();
    plain.escape_debug().to_string()
}
