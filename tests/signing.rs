//! Models that are used only if they are signed, or have a digest, by the command. That the signatures are those
//! of the reference implementation is shown in `src/signing/tests.rs` and by `.ci/model_signing`.

#![cfg_attr(not(feature = "signing"), allow(dead_code, unused_imports))]

use std::fs;
use std::path::Path;

use forest::data::Sha256Digest;

use super::support::Folder;

/// What `--model` of each verb that uses a model is, and what it writes nothing to.
const VERBS: [&str; 5] = [
    "verify model.bin",
    "inspect model.bin",
    "predict --model model.bin --out predictions.csv",
    "evaluate --model model.bin",
    "compare model.bin second.bin --data rows.csv",
];

/// A folder with two models, rows, and the keys of the fixtures.
fn folder() -> Folder {
    let folder = Folder::new();
    for (seed, name) in [("1", "model.bin"), ("2", "second.bin")] {
        let train = format!("train -q --trees 3 --samples 60 --seed {seed} --out {name}");
        folder.forest(&train).succeeds();
    }
    folder.forest("generate --samples 60 --out rows.csv -q").succeeds();
    let fixtures = Path::new("tests/fixtures/signing");
    for entry in fs::read_dir(fixtures).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.contains(".pem") {
            folder.write(&name, fs::read(entry.path()).unwrap());
        }
    }
    folder
}

/// Likewise, the models signed.
fn signed() -> Folder {
    let folder = folder();
    for model in ["model.bin", "second.bin"] {
        folder.forest(&format!("sign {model} --key p256.pem -q")).succeeds();
    }
    folder
}

fn sha256(bytes: &[u8]) -> String {
    Sha256Digest::new(bytes).to_string()
}

#[cfg(feature = "signing")]
mod with {
    use super::*;

    #[test]
    fn a_signed_model_is_used_as_an_unsigned_one() {
        let folder = signed();
        for verb in VERBS {
            let plain = folder.forest(verb).succeeds();
            let written = folder.contents().remove("predictions.csv");
            fs::remove_file(folder.path("predictions.csv")).ok();
            let trusted = folder.forest(&format!("{verb} --public-key p256.pub.pem")).succeeds();
            let added =
                if verb.starts_with("verify") { "signed by the key of p256.pub.pem\n" } else { "" };
            assert_eq!(trusted.text(), format!("{}{added}", plain.text()), "{verb}");
            assert_eq!(trusted.stderr, plain.stderr, "{verb}");
            assert_eq!(folder.contents().remove("predictions.csv"), written);
            fs::remove_file(folder.path("predictions.csv")).ok();
        }
    }

    #[test]
    fn a_model_without_a_signature_is_not_used() {
        let folder = folder();
        for verb in VERBS {
            let args = format!("{verb} --public-key p256.pub.pem");
            folder.refuses(&args, 1, &["model.bin.sig: there is no such signature", "forest sign"]);
        }
        folder.forest("sign model.bin --key p256.pem").succeeds();
        let args = "compare model.bin second.bin --public-key p256.pub.pem --data rows.csv";
        folder.refuses(args, 1, &["second.bin.sig: there is no such signature"]);
    }

    #[test]
    fn a_model_signed_by_another_key_is_not_used() {
        let folder = signed();
        for key in ["p384.pub.pem", "p521.pub.pem"] {
            for verb in VERBS {
                let args = format!("{verb} --public-key {key}");
                let hint = format!("this key is {:.16}…", sha256(&folder.read(key)));
                folder.refuses(
                    &args,
                    1,
                    &["model.bin.sig: it is signed by another key: by ", &hint],
                );
            }
        }
    }

    #[test]
    fn a_model_of_other_bytes_is_not_used_though_it_is_a_model() {
        let folder = signed();
        let [signed, found] = ["model.bin", "second.bin"].map(|name| sha256(&folder.read(name)));
        folder.write("model.bin", folder.read("second.bin"));
        let words = format!(
            "model.bin.sig: it is about other bytes: SHA-256 {signed} is signed, and the file has {found}"
        );
        for verb in VERBS {
            folder.refuses(&format!("{verb} --public-key p256.pub.pem"), 1, &[&words]);
        }
        // The signature of that model, by its own name.
        let args = "verify model.bin --public-key p256.pub.pem --signature second.bin.sig";
        folder.forest(args).succeeds();
    }

    #[test]
    fn of_a_damaged_model_the_signature_is_checked_first() {
        let folder = signed();
        let mut damaged = folder.read("model.bin");
        *damaged.last_mut().unwrap() ^= 1;
        folder.write("model.bin", damaged);
        let args = "verify model.bin --public-key p256.pub.pem";
        folder.refuses(args, 1, &["model.bin.sig: it is about other bytes"]);
        folder.refuses("verify model.bin", 1, &["model.bin: ", "SHA-256"]);
        // Of what is no model by its header no more is read.
        folder.write("model.bin", "no model").refuses(
            args,
            1,
            &["model.bin: this is not a forest"],
        );
    }

    #[test]
    fn a_damaged_signature_or_key_is_refused_with_its_name() {
        let folder = signed();
        let args = "verify model.bin --public-key p256.pub.pem --signature damaged.sig";
        for (content, words) in [
            (Vec::new(), "damaged.sig: this is no JSON"),
            (b"{}".to_vec(), "damaged.sig: this JSON is no Sigstore bundle"),
            (vec![b' '; (1 << 20) + 1], "damaged.sig: the file has more than 1048576 bytes"),
            (folder.read("model.bin.sig")[..100].to_vec(), "damaged.sig: this is no JSON"),
        ] {
            folder.write("damaged.sig", content).refuses(args, 1, &[words]);
        }
        for (key, words) in [
            ("p256.pem", "p256.pem: this is no public key, but 'PRIVATE KEY'"),
            ("model.bin", "model.bin: this is no key in PEM"),
            ("missing.pem", "missing.pem: cannot open the file"),
            ("ed25519.pub.pem", "ed25519.pub.pem: this is a key of another algorithm"),
        ] {
            folder.refuses(&format!("verify model.bin --public-key {key}"), 1, &[words]);
        }
    }

    #[test]
    fn a_model_from_standard_input_wants_its_signature_by_name() {
        let folder = signed();
        let model = folder.read("model.bin");
        let args = "verify - --public-key p256.pub.pem";
        folder.forest_reads(args, &model).fails(2, &["--signature FILE"]);
        let args = "predict --model - --public-key p256.pub.pem --signature model.bin.sig";
        let plain = folder.forest("predict --model model.bin").succeeds();
        assert_eq!(folder.forest_reads(args, &model).succeeds().stdout, plain.stdout);
        let other = folder.read("second.bin");
        let refused = folder.forest_reads(args, &other).fails(1, &["about other bytes"]);
        assert!(refused.stdout.is_empty());
    }

    #[test]
    fn a_result_does_not_replace_the_key_or_the_signature() {
        let folder = signed();
        for out in ["model.bin.sig", "p256.pub.pem"] {
            let args =
                format!("predict --model model.bin --public-key p256.pub.pem --force --out {out}");
            folder.refuses(&args, 2, &["--out would replace", out]);
        }
        for out in ["model.bin", "p256.pem", "p256.pub.pem"] {
            let args = format!(
                "sign model.bin --key p256.pem --force --out {out} --key-password-file p256.pub.pem"
            );
            folder.refuses(&args, 2, &["--out would replace", out]);
        }
    }

    #[test]
    fn flags_that_have_no_meaning_are_refused() {
        let folder = signed();
        let sign = "sign model.bin --key p256.encrypted.pem --out new.sig";
        for (args, words) in [
            ("verify model.bin --signature model.bin.sig", "--public-key"),
            ("compare --data rows.csv --target target --public-key p256.pub.pem", "MODEL"),
            ("sign - --key p256.pem", "not from standard input"),
            ("sign model.bin", "--key"),
            (
                &format!("{sign} --key-password-file p256.pem --key-password-env HOME"),
                "cannot be used with",
            ),
        ] {
            folder.refuses(args, 2, &[words]);
        }
    }

    #[test]
    fn signing_twice_gives_the_same_bytes_and_replaces_only_if_told_to() {
        let folder = signed();
        let first = folder.read("model.bin.sig");
        folder.refuses(
            "sign model.bin --key p256.pem",
            1,
            &["model.bin.sig: the file is there already", "--force"],
        );
        folder.forest("sign model.bin --key p256.sec1.pem --force").succeeds();
        assert_eq!(folder.read("model.bin.sig"), first);
        let printed = folder.forest("sign model.bin --key p256.pem --out -").succeeds();
        assert_eq!(printed.stdout, first);
        assert!(printed.stderr.contains("signed by ECDSA P-256"), "{}", printed.stderr);
    }

    #[test]
    fn what_is_signed_is_said_and_given_as_json() {
        let folder = folder();
        let said = folder.forest("sign model.bin --key p384.pem --json").succeeds();
        let json: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
        assert_eq!(json["saved"]["file"], "model.bin.sig");
        assert_eq!(json["algorithm"], "ECDSA P-384");
        assert_eq!(json["model_sha256"], sha256(&folder.read("model.bin")));
        assert_eq!(json["key_sha256"], sha256(&folder.read("p384.pub.pem")));

        let verified =
            folder.forest("verify model.bin --public-key p384.pub.pem --json").succeeds();
        let json: serde_json::Value = serde_json::from_slice(&verified.stdout).unwrap();
        assert_eq!(json["signed_by"], "p384.pub.pem");
        let plain = folder.forest("verify model.bin --json").succeeds();
        assert!(!plain.text().contains("signed_by") && !plain.text().contains("sha256"));
    }

    #[test]
    fn only_models_are_signed() {
        let folder = signed();
        let mut damaged = folder.read("model.bin");
        *damaged.last_mut().unwrap() ^= 1;
        folder.write("damaged.bin", damaged);
        for model in ["damaged.bin", "rows.csv", "missing.bin", "."] {
            folder.refuses(&format!("sign {model} --key p256.pem --out new.sig"), 1, &[]);
        }
    }

    #[test]
    fn a_key_may_be_encrypted_or_in_the_environment() {
        let folder = signed();
        let signature = folder.read("model.bin.sig");
        folder
            .write("password.txt", "open sesame\r\nand another line\n")
            .write("wrong.txt", "sesame");
        let by = |args: &str| {
            let args = format!("sign model.bin --out new.sig --force {args}");
            let mut command = folder.command();
            command.args(args.split_whitespace());
            command
                .env("SIGNING_KEY", String::from_utf8(folder.read("p256.encrypted.pem")).unwrap());
            command.env("PLAIN_KEY", String::from_utf8(folder.read("p256.pem")).unwrap());
            command.env("PASSWORD", "open sesame");
            crate::support::Ran::new(&args, &command.output().unwrap())
        };
        for args in [
            "--key p256.encrypted.pem --key-password-file password.txt",
            "--key p256.encrypted.pem --key-password-env PASSWORD",
            "--key env:SIGNING_KEY --key-password-env PASSWORD",
            "--key env:PLAIN_KEY",
        ] {
            by(args).succeeds();
            assert_eq!(folder.read("new.sig"), signature, "{args}");
            fs::remove_file(folder.path("new.sig")).unwrap();
        }
        for (args, words) in [
            ("--key p256.encrypted.pem", "p256.encrypted.pem: the key is encrypted"),
            ("--key p256.encrypted.pem", "--key-password-file FILE or --key-password-env NAME"),
            (
                "--key p256.encrypted.pem --key-password-file wrong.txt",
                "the passphrase of the key is wrong",
            ),
            ("--key p256.encrypted.pem --key-password-file none.txt", "none.txt: cannot open"),
            (
                "--key p256.encrypted.pem --key-password-env UNSET_",
                "the environment variable 'UNSET_' is not set",
            ),
            ("--key env:UNSET_", "the environment variable 'UNSET_' is not set"),
            ("--key env:PASSWORD", "env:PASSWORD: this is no key in PEM"),
            ("--key env:PLAIN_KEY --key-password-env PASSWORD", "not encrypted"),
            ("--key p256.pub.pem", "p256.pub.pem: this is no private key, but 'PUBLIC KEY'"),
            ("--key old_encryption.pem --key-password-env PASSWORD", "openssl pkcs8 -topk8"),
            ("--key secp256k1.pem", "P-256, P-384 and P-521"),
        ] {
            let said = by(args).fails(1, &[words]).stderr;
            assert!(!said.contains("sesame"), "{said}");
            assert!(!folder.path("new.sig").exists(), "{args}");
        }
    }
}

#[test]
fn a_model_is_pinned_by_its_digest_without_keys() {
    let folder = folder();
    let [right, wrong] = ["model.bin", "second.bin"].map(|name| sha256(&folder.read(name)));
    for verb in &VERBS[..4] {
        let plain = folder.forest(verb).succeeds();
        fs::remove_file(folder.path("predictions.csv")).ok();
        let pinned = folder.forest(&format!("{verb} --expect-sha256 {right}")).succeeds();
        fs::remove_file(folder.path("predictions.csv")).ok();
        assert!(pinned.text().starts_with(plain.text()), "{verb}");
        folder.forest(&format!("{verb} --expect-sha256 {}", right.to_uppercase())).succeeds();
        fs::remove_file(folder.path("predictions.csv")).ok();
        let words = format!("model.bin: the file's SHA-256 is {right}, and {wrong} is expected");
        folder.refuses(&format!("{verb} --expect-sha256 {wrong}"), 1, &[&words]);
        for malformed in ["", &right[1..], &format!("{right}0"), &format!("g{}", &right[1..])] {
            let args = format!("{verb} --expect-sha256={malformed}");
            folder.refuses(&args, 2, &["--expect-sha256"]);
        }
    }
    let model = folder.read("model.bin");
    folder.forest_reads(&format!("verify - --expect-sha256 {right}"), &model).succeeds();
    let wrong = format!("verify - --expect-sha256 {wrong}");
    folder.forest_reads(&wrong, &model).fails(1, &["standard input: the file's SHA-256 is "]);
}

#[cfg(not(feature = "signing"))]
#[test]
fn a_build_without_signatures_uses_nothing_that_has_to_be_signed() {
    let folder = folder();
    for verb in VERBS {
        let args = format!("{verb} --public-key p256.pub.pem");
        folder.refuses(&args, 2, &["without the feature `signing`"]);
    }
    folder.refuses("sign model.bin --key p256.pem", 2, &["sign"]);
}
