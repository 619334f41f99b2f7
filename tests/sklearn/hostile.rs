//! Pickles that nobody should load: read, refused by name, within bounds.

use std::time::Instant;

use forest::interchange::{Contents, ImportOptions, import};

use super::{cases, fixture, imported};

/// What a file is refused with.
#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    let started = Instant::now();
    let error = import(bytes, "m.pkl", &ImportOptions::default()).unwrap_err();
    assert!(started.elapsed().as_secs() < 20, "{error}");
    let help = error.help().map(ToString::to_string).unwrap_or_default();
    format!("{error} ({help})")
}

#[track_caller]
fn refuses(bytes: &[u8], expected: &str) {
    let found = refusal(bytes);
    assert!(found.contains(expected), "{found}");
}

/// `os.system("echo")` of `CPython` 3.11, `pickle.dumps` with protocols 0 to 5.
const SYSTEM: [&[u8]; 6] = [
    b"cposix\nsystem\np0\n(Vecho\np1\ntp2\nRp3\n.",
    b"cposix\nsystem\nq\x00(X\x04\x00\x00\x00echoq\x01tq\x02Rq\x03.",
    b"\x80\x02cposix\nsystem\nq\x00X\x04\x00\x00\x00echoq\x01\x85q\x02Rq\x03.",
    b"\x80\x03cposix\nsystem\nq\x00X\x04\x00\x00\x00echoq\x01\x85q\x02Rq\x03.",
    b"\x80\x04\x95\x1f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x04echo\x94\x85\x94R\x94.",
    b"\x80\x05\x95\x1f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x04echo\x94\x85\x94R\x94.",
];

#[test]
fn a_pickle_that_calls_something_else_is_refused_by_its_name() {
    for pickle in SYSTEM {
        refuses(pickle, "the file would call posix.system");
        let contents = Contents::read(pickle).unwrap();
        let [global] = &contents.globals[..] else { panic!("{contents:?}") };
        assert_eq!((global.name.as_str(), global.imports, global.calls), ("posix.system", 1, 1));
        assert_eq!((contents.other_calls, contents.error), (0, None));
    }
    refuses(b"(Vecho\nios\nsystem\n.", "the file would call os.system");
    refuses(b"\x80\x02cbuiltins\neval\nX\x01\x00\x00\x001\x85R)R.", "what builtins.eval returns");
}

#[test]
fn a_call_that_hides_in_a_forest_is_refused_by_its_name() {
    let forest = fixture("dtc_float_12.p4.pkl");
    // Behind the protocol and the frame: the call is made, and what it gives is dropped.
    let frame = forest.iter().position(|&byte| byte == 0x95).unwrap() + 9;
    let hidden = [&forest[..frame], b"cposix\nsystem\nVecho\n\x85R0", &forest[frame..]].concat();
    refuses(&hidden, "the file would call posix.system, which no forest of scikit-learn does");
    let named = [&forest[..frame], b"cposix\nsystem\n0", &forest[frame..]].concat();
    refuses(&named, "the file would import posix.system");
    let kept = [&forest[..frame], b"Vid\nQ0", &forest[frame..]].concat();
    refuses(&kept, "would ask for an object outside of the file");
}

#[test]
fn models_of_other_libraries_are_refused_by_their_names() {
    for class in
        ["xgboost.sklearn\nXGBClassifier", "lightgbm.sklearn\nLGBMClassifier", "__main__\nForest"]
    {
        let pickle = format!("\u{0}\u{2}c{class}\n)\u{0}}}X\u{1}\u{0}\u{0}\u{0}nK\u{1}sb.");
        let mut pickle = pickle.into_bytes();
        pickle[0] = 0x80;
        let new = pickle.iter().rposition(|&byte| byte == b')').unwrap() + 1;
        pickle[new] = 0x81;
        let expected = format!("it is {}, not a forest of scikit-learn", class.replace('\n', "."));
        refuses(&pickle, &expected);
    }
}

#[test]
fn what_scikit_learn_has_besides_is_refused_by_its_name() {
    for (name, expected) in [
        ("multi_output", "the RandomForestClassifier has 2 targets (multi-output)"),
        ("multi_output_values", "the RandomForestRegressor has 2 targets (multi-output)"),
        ("not_fitted", "the RandomForestClassifier has not been fitted"),
        ("no_trees", "the RandomForestClassifier has no trees"),
        ("search", "dump its best_estimator_ instead"),
        ("linear", "it is sklearn.linear_model._base.LinearRegression, not a forest"),
        ("scaled", "sklearn.preprocessing._data.StandardScaler"),
        ("list", "the file holds a list"),
    ] {
        refuses(&fixture(&format!("{name}.pkl")), expected);
    }
}

#[test]
fn pickles_of_python_2_and_files_of_old_joblibs_are_refused() {
    refuses(
        b"\x80\x02csklearn.ensemble.forest\nRandomForestClassifier\n)\x81}U\x01nK\x01sb.",
        "a pickle of Python 2",
    );
    refuses(b"ZF0x12", "joblib before 0.10");
    let wrapper = b"\x80\x02cjoblib.numpy_pickle_compat\nNDArrayWrapper\n)\x81}b.";
    refuses(wrapper, "joblib before 0.10");
}

#[test]
fn a_file_that_is_cut_off_is_refused_at_every_byte() {
    for name in [
        "dtc_float_12.p4.pkl",
        "stump_15.p1.pkl",
        "etr1_15.p0.pkl",
        "dtr_15.raw.joblib",
        "dtr_19.p5.pkl",
    ] {
        let file = fixture(name);
        assert!(imported(name).is_ok());
        for end in 0..file.len() {
            refusal(&file[..end]);
        }
    }
    for name in [
        "stump_19.zlib.joblib",
        "dtr_12.gzip.joblib",
        "etr1_12.bz2.joblib",
        "stump_12.xz.joblib",
        "dtr_13.lzma.joblib",
        "etr1_13.lz4.joblib",
        "stump_13.skops",
    ] {
        let file = fixture(name);
        assert!(imported(name).is_ok());
        for end in (0..file.len() - 30).step_by(7) {
            refusal(&file[..end]);
        }
    }
}

#[test]
fn nesting_memos_and_lengths_make_no_file_large() {
    const N: usize = 1_000_000;
    let repeated = |byte: u8, n| vec![byte; n];
    // Lists in lists, tuples in tuples, marks on marks.
    let lists = [repeated(b']', N), repeated(b'a', N - 1), b".".to_vec()].concat();
    refuses(&lists, "the file holds a list");
    let tuples = [b"\x80\x02N".to_vec(), repeated(0x85, N), b".".to_vec()].concat();
    refuses(&tuples, "the file holds a tuple");
    let marks = [repeated(b'(', N), repeated(b't', N), b".".to_vec()].concat();
    refuses(&marks, "the file holds a tuple");
    let calls = [b"\x80\x02N".to_vec(), b")R".repeat(N), b".".to_vec()].concat();
    refuses(&calls, "the file would call");
    // Each list holds the one before it ten times: 10^100 texts, if one counted.
    let mut laughs = b"\x80\x04]\x94".to_vec();
    for number in 0..100_u8 {
        laughs.extend([b']', 0x94, b'(']);
        laughs.extend([b'h', number].repeat(10));
        laughs.push(b'e');
    }
    laughs.push(b'.');
    refuses(&laughs, "the file holds a list");
    // A list that holds itself.
    refuses(b"\x80\x04]\x94h\x00a.", "the file holds a list");
    for (length, rest) in [("X\u{7f}", "\u{7f}\u{7f}\u{7f}a."), ("B\u{7f}", "\u{7f}\u{7f}\u{7f}a.")]
    {
        refuses(format!("(}}{length}{rest}").as_bytes(), "is cut off");
    }
    for opcode in [0x8d, 0x8e, 0x96] {
        let mut long = vec![0x80, 5, opcode];
        long.extend([0xff; 8]);
        long.push(b'.');
        refuses(&long, "is cut off");
    }
    refuses(b"\x80\x02Nr\xff\xff\xff\xff.", "too great a number");
    refuses(b"\x80\x05\x97.", "outside of the file");
    refuses(b"\x80\x09N.", "protocol 9");
    for wrong in [
        &b"\x80\x02."[..],
        b"\x80\x02e.",
        b"\x80\x02(.",
        b"\x80\x02h\x00.",
        b"\x80\x02NNs.",
        b"\x80\x02Nb.",
        b"\x80\x02\xfe.",
    ] {
        refusal(wrong);
    }
}

#[test]
fn a_file_with_any_byte_changed_is_a_model_or_refused() {
    let mut models = 0;
    for case in cases() {
        let name = case["file"].as_str().unwrap();
        let file = fixture(name);
        for at in (0..file.len()).step_by(11) {
            let mut changed = file.clone();
            changed[at] ^= 1 << (at % 8);
            models += usize::from(import(&changed, "m", &ImportOptions::default()).is_ok());
            let _ = Contents::read(&changed);
        }
    }
    assert!(models > 100, "{models}");
}

#[test]
fn numbers_of_any_byte_order_are_the_same_numbers() {
    let (big, little) =
        (imported("big_endian.pkl").unwrap(), imported("little_endian.pkl").unwrap());
    assert_eq!(big.forest(), little.forest());
    assert_eq!(big.schema(), little.schema());
    assert!(big.forest().n_nodes() == 3 && imported("pipeline.pkl").is_ok());
}
