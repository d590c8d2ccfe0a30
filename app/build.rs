//! Generates the landing pages' style sheet, so that no generated file is kept in the repository.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The browser's half of this crate renders no landing page.
    if env::var_os("CARGO_FEATURE_SSR").is_none() {
        return;
    }
    for input in [
        "src/landing",
        "../style/landing.css",
        "../style/theme.css",
        "../style/package-lock.json",
    ] {
        println!("cargo::rerun-if-changed={input}");
    }
    if let Err(problem) = generate() {
        println!("cargo::error={problem}");
        exit(1);
    }
}

fn generate() -> Result<(), String> {
    let variable = |name: &str| env::var_os(name).ok_or(format!("{name} is not set; use cargo"));
    let style = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../style");
    let output = PathBuf::from(variable("OUT_DIR")?).join("landing.css");
    let tailwind = style.join("node_modules/.bin/tailwindcss");
    if !tailwind.exists() {
        return Err("Tailwind is not installed in style/node_modules: run `make setup`".to_owned());
    }
    let ran = Command::new(&tailwind)
        .current_dir(&style)
        .args(["--input", "landing.css", "--minify", "--output"])
        .arg(&output)
        .output()
        .map_err(|error| format!("cannot run {}: {error}", tailwind.display()))?;
    if ran.status.success() {
        return Ok(());
    }
    // A build script's error is one line.
    let said = String::from_utf8_lossy(&ran.stderr).replace('\n', " ");
    Err(format!(
        "Tailwind could not build style/landing.css: {said}"
    ))
}
