//! What kind of text a path promises: it decides which values are literals, and where generic rules keep quiet.

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A programming language: only what is quoted is a literal.
    Code,
    /// Settings, shell, markup, notes, or a path that says nothing: values may stand bare.
    Settings,
    /// Written by a machine and full of digests and identifiers: generic rules say nothing here.
    Machine,
}

const CODE: &[&str] = &[
    "rs", "go", "py", "pyi", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte", "astro", "java",
    "kt", "kts", "scala", "groovy", "gradle", "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "inl", "m", "mm", "cs",
    "fs", "fsx", "vb", "swift", "dart", "php", "rb", "erb", "rake", "gemspec", "pl", "pm", "t", "lua", "r", "jl", "ex",
    "exs", "erl", "hrl", "hs", "ml", "mli", "clj", "cljs", "elm", "nim", "zig", "v", "sol", "d", "pas", "el", "lisp",
    "scm", "coffee", "cu", "glsl", "proto", "thrift", "graphql", "css", "scss", "less",
];

/// Endings of whole file names that tools write.
const MACHINE: &[&str] = &[
    ".lock",
    ".lockb",
    ".lockfile",
    "-lock.json",
    "-lock.yaml",
    "-lock.yml",
    ".lock.json",
    "lock.hcl",
    "go.sum",
    "npm-shrinkwrap.json",
    ".sum",
    ".min.js",
    ".min.css",
    ".bundle.js",
    ".map",
    ".pb.go",
    "_pb2.py",
    "_pb.js",
    ".pb.cc",
    ".pb.h",
    ".g.dart",
    ".freezed.dart",
    ".designer.cs",
    ".po",
    ".pot",
    ".mo",
    ".xlf",
    ".xliff",
    ".arb",
    ".resx",
    ".strings",
    ".svg",
    ".snap",
    ".sum.txt",
    ".asc",
    ".sig",
    ".sha256",
    ".sha512",
    ".md5",
    ".crt",
    ".cer",
    ".pub",
    ".ipynb_checkpoints",
    ".pbxproj",
    ".xcscheme",
    ".wasm",
    ".ttf",
    ".woff",
    ".bib",
    ".patch.sha",
    "gradlew",
    "requirements.txt",
    ".csv",
    ".tsv",
    ".ics",
    ".rtf",
    ".geojson",
    ".obj",
    ".stl",
];

/// Folders of translations and of other people's code as it was shipped.
const FOLDERS: &[&str] = &[
    "locales",
    "locale",
    "i18n",
    "l10n",
    "lang",
    "langs",
    "translations",
    "translation",
    "node_modules",
    "_locales",
    "lproj",
    "messages",
];

impl Dialect {
    pub fn is_machine(self) -> bool {
        self == Self::Machine
    }

    pub fn of(path: &[u8]) -> Self {
        let lower = path.to_ascii_lowercase();
        let name = lower.rsplit(|b| matches!(b, b'/' | b'\\')).next().unwrap_or_default();
        let folders = lower.split(|b| matches!(b, b'/' | b'\\'));
        let extension = name.rsplit(|b| *b == b'.').next().filter(|ext| ext.len() < name.len()).unwrap_or_default();
        let is = |text: &[u8], words: &[&str]| words.iter().any(|word| word.as_bytes() == text);
        let within = lower.len() > name.len();
        if MACHINE.iter().any(|end| name.ends_with(end.as_bytes()))
            || (within && folders.rev().skip(1).any(|folder| is(folder, FOLDERS)))
        {
            Self::Machine
        } else if is(extension, CODE) {
            Self::Code
        } else {
            Self::Settings
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_how_values_are_written() {
        for (path, dialect) in [
            ("src/main.rs", Dialect::Code),
            ("web/app.component.TS", Dialect::Code),
            (".env", Dialect::Settings),
            ("deploy/values.yaml", Dialect::Settings),
            ("Dockerfile", Dialect::Settings),
            ("package-lock.json", Dialect::Machine),
            ("Cargo.lock", Dialect::Machine),
            ("dist/app.min.js", Dialect::Machine),
            ("config/locales/de.yml", Dialect::Machine),
            ("locale.py", Dialect::Code),
        ] {
            assert_eq!(Dialect::of(path.as_bytes()), dialect, "{path}");
        }
    }
}
