//! Guards: what looks like a key and is a placeholder. Each is anchored, and none is asked about a verified checksum.

use super::published::is_published;

/// Words that a placeholder consists of; compared with whole word parts, never inside a longer run of letters.
const WORDS: &[&str] = &[
    "example",
    "examples",
    "sample",
    "placeholder",
    "changeme",
    "change",
    "dummy",
    "fake",
    "your",
    "yours",
    "redacted",
    "insert",
    "replace",
    "replaceme",
    "todo",
    "here",
    "none",
    "null",
    "undefined",
    "goes",
    "mock",
    "notreal",
    "invalid",
    "foobar",
    "lorem",
    "ipsum",
    "xxx",
    "xxxx",
    "masked",
    "hidden",
    "removed",
];

/// Whole passwords that are nobody's secret: stock words of documentation, defaults and tests.
const STOCK: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "pwd",
    "secret",
    "changeme",
    "admin",
    "root",
    "user",
    "username",
    "test",
    "testing",
    "guest",
    "postgres",
    "mysql",
    "redis",
    "rabbitmq",
    "mongo",
    "mongodb",
    "example",
    "foobar",
    "foo",
    "bar",
    "baz",
    "default",
    "demo",
    "qwerty",
    "letmein",
    "token",
    "apikey",
    "mypassword",
    "mysecret",
    "minio",
    "minioadmin",
    "secretpassword",
    "p@ssw0rd",
    "passw0rd",
    "password1",
    "password123",
    "pass123",
    "test123",
    "hunter2",
    "supersecret",
    "s3cr3t",
    "pw",
    "p",
    "x",
    "hello",
    "world",
    "dev",
    "development",
    "local",
    "localhost",
    "docker",
    "none",
    "null",
    "true",
    "false",
    "key",
    "mypass",
    "userpass",
    "userpassword",
    "dbpassword",
    "dbpass",
    "topsecret",
    "verysecret",
    "abc",
    "abc123",
    "admin123",
];

/// Whether `secret`, whose public `prefix` bytes are set aside, is a placeholder.
pub fn is_placeholder(secret: &[u8], prefix: usize) -> bool {
    let body = &secret[prefix.min(secret.len())..];
    is_template(secret)
        || is_repetitive(body)
        || is_counting(body)
        || says_so(body)
        || body.ends_with(b"EXAMPLE")
        || body.ends_with(b"EXAMPLEKEY")
        || is_yours(body)
        || reads_environment(secret)
        || is_published(secret)
}

/// `yourWeak(!)Password`, `YourKeyHere`: what the reader is to put there.
fn is_yours(body: &[u8]) -> bool {
    let named = [b"your".as_slice(), b"Your", b"YOUR"].iter().any(|word| body.starts_with(word));
    let next = body.get(4).copied().unwrap_or(b' ');
    let word = next.is_ascii_uppercase() && body.get(5).is_some_and(u8::is_ascii_lowercase);
    named && (word || !next.is_ascii_alphanumeric())
}

/// An expression that reads a setting: nothing is written down.
fn reads_environment(value: &[u8]) -> bool {
    const READERS: &[&str] =
        &["process.env", "os.environ", "import.meta.env", "System.getenv", "ENV[", "$env:", "$ENV{"];
    READERS.iter().any(|reader| value.starts_with(reader.as_bytes()))
}

/// Whether a value under a telling name is written as a literal: no reference, call, path, address, date or sentence.
pub fn is_literal(value: &[u8], quoted: bool) -> bool {
    let text = value.iter().any(|b| !b.is_ascii() || b.is_ascii_whitespace() || b.is_ascii_control());
    !text
        && !is_code(value)
        && !is_reference(value, quoted)
        && !is_address(value)
        && !is_sealed(value)
        && !is_hashed(value)
        && !is_data(value)
        && !is_veiled_word(value)
}

/// A regular expression, or code that a quote of another language was found in.
fn is_code(value: &[u8]) -> bool {
    const SIGNS: &[&str] =
        &["()", "').", "\\w", "\\d", "\\s", "[^", ".*", "(?", "[a-", "[A-", "[0-", "=>", "%s", "&&", "||"];
    SIGNS.iter().any(|sign| memchr::memmem::find(value, sign.as_bytes()).is_some())
}

/// Compressed data of a program, escaped characters, an option of a command, the public address of an account:
/// `\x1f\x8b...`, `\u2028\u2029`, `--exclude=tag`, `0x` and 40 digits.
fn is_data(value: &[u8]) -> bool {
    let escapes = value.len().is_multiple_of(6) && value.chunks(6).all(|escape| escape.starts_with(br"\u"));
    let address = value.len() == 42 && value.starts_with(b"0x") && super::randomness::is_hex(&value[2..]);
    value.starts_with(br"\x1f\x8b") || value.starts_with(b"--") || escapes || address
}

/// Base64 of words, or of a certificate or a key without its body: `c2VjcmV0LXBhc3N3b3Jk` is `secret-password`.
pub fn is_veiled_word(value: &[u8]) -> bool {
    let Some(plain) = super::verify::decode(value).filter(|plain| plain.len() >= 4) else { return false };
    let holds = |part: &[u8]| memchr::memmem::find(&plain, part).is_some();
    if plain.starts_with(b"-----BEGIN") {
        // The first of several lines is the beginning of a key, a header alone is none.
        let whole = holds(b"-----END") || plain.len() < 40;
        return holds(b"CERTIFICATE") || holds(b"PUBLIC KEY") || (whole && !super::verify::is_usable_pem(&plain));
    }
    if plain.starts_with(b"{") {
        return holds(b"\"alg\":");
    }
    let plain = plain.trim_ascii_end();
    plain.iter().all(|b| (b' '..0x7f).contains(b) || b.is_ascii_whitespace())
        && (is_stock(plain)
            || is_wordlike(plain)
            || is_hashed(plain)
            || is_placeholder(plain, 0)
            || !super::randomness::is_random(plain))
}

/// Whether what follows a telling word may hold a credential in the clear: nothing sealed, no PEM.
pub fn is_open(text: &[u8]) -> bool {
    !["ENC[", "ENC(", "-----", "ssh-rsa ", "ssh-ed25519 ", "$2a$", "$2b$", "$2y$", "$apr1$", "$argon2"]
        .iter()
        .any(|part| memchr::memmem::find(text, part.as_bytes()).is_some())
}

/// A name for something that stands elsewhere: `.Values.key`, `process.env.KEY`, `@key`, `!Ref`, `secrets/key`.
fn is_reference(value: &[u8], quoted: bool) -> bool {
    let first = value.first().copied().unwrap_or_default();
    let chain = value.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'_' | b'[' | b']' | b'\'' | b'\"'));
    let dotted = value.contains(&b'.') && chain;
    let marked = !quoted && matches!(first, b'$' | b'!' | b'&' | b'*' | b'@' | b'{' | b'%' | b'<' | b'#');
    let call = value.ends_with(b"()") || value.ends_with(b")") && value.contains(&b'(') && !quoted;
    dotted
        || marked
        || call
        || matches!(value, [b'$' | b'@' | b':', b'a'..=b'z' | b'A'..=b'Z' | b'_', rest @ ..]
        if rest.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_'))
}

/// A URL, a path, a host, an e-mail address, a resource name, a MIME type: where things are, not what opens them.
fn is_address(value: &[u8]) -> bool {
    let holds = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    let starts = |part: &[u8]| value.starts_with(part);
    let slashes = value.iter().filter(|b| **b == b'/').count();
    let parts = value.split(|b| matches!(b, b'/' | b'.' | b'-' | b'_'));
    let words = parts.clone().filter(|part| part.iter().all(u8::is_ascii_alphabetic)).count();
    let path = slashes >= 1 && words * 2 > parts.count();
    let mail =
        value.iter().filter(|b| **b == b'@').count() == 1 && value.rsplit(|b| *b == b'@').next().is_some_and(is_host);
    holds(b"://")
        || path
        || mail
        || is_host(value)
        || ["./", "../", "~/", "~:text=", "C:\\", "arn:", "urn:"].iter().any(|p| starts(p.as_bytes()))
}

/// `mail.acme-shop.com`: short words of letters between dots, the last one a known kind of ending.
fn is_host(value: &[u8]) -> bool {
    const ENDINGS: &[&str] = &[
        "com",
        "net",
        "org",
        "io",
        "dev",
        "local",
        "localhost",
        "internal",
        "svc",
        "app",
        "json",
        "yaml",
        "yml",
        "pem",
        "key",
        "txt",
        "xml",
        "crt",
        "js",
        "ts",
        "py",
        "go",
        "rb",
        "java",
        "php",
        "conf",
        "cfg",
        "toml",
        "ini",
        "p12",
        "jks",
        "pfx",
    ];
    let end = value.rsplit(|b| *b == b'.').next().unwrap_or_default();
    end.len() < value.len() && ENDINGS.iter().any(|ending| ending.as_bytes() == end)
}

/// Encrypted on purpose: SOPS, ansible-vault, jasypt, eyaml, KMS and the like.
fn is_sealed(value: &[u8]) -> bool {
    const SEALS: &[&str] = &[
        "ENC[",
        "ENC(",
        "$ANSIBLE_VAULT",
        "vault:v",
        "{cipher}",
        "sops:",
        "AQICAH",
        "CiQA",
        "AgA",
        "AgB",
        "gAAAAAB",
        "ssh-rsa",
        "{aes}",
        "{AQAAABAAAA",
        "RU5D",
        "sha1",
        "sha256",
        "sha384",
        "sha512",
        "md5",
        "secure:",
    ];
    let sealed_secret = value.len() >= 300
        && value.starts_with(b"A")
        && value.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b));
    sealed_secret || is_public(value) || SEALS.iter().any(|seal| value.starts_with(seal.as_bytes()))
}

/// Public keys and certificates: OpenSSH's form, and DER whose first element is no version number.
fn is_public(value: &[u8]) -> bool {
    const SSH: &[&str] =
        &["AAAAB3NzaC1yc2E", "AAAAC3NzaC1lZDI1NTE5", "AAAAE2VjZHNhLXNoYTIt", "AAAAB3NzaC1kc3M", "age1"];
    let der = || {
        // A sequence with a length of its own bytes; a private key begins with its version, 0 or 1.
        let head = super::verify::decode(&value[..value.len().min(24) / 4 * 4]).unwrap_or_default();
        let length = match head.get(1) {
            Some(0x81) => 3,
            Some(0x82) => 4,
            _ => 2,
        };
        head.len() > 8 && head[length] == 0x30
    };
    SSH.iter().any(|start| value.starts_with(start.as_bytes())) || (value.len() >= 56 && value[0] == b'M' && der())
}

/// A password's hash as `crypt` and its like write it: `$2b$10$...`, `{SSHA}...`.
fn is_hashed(value: &[u8]) -> bool {
    const SCHEMES: &[&str] =
        &["1", "2a", "2b", "2y", "5", "6", "7", "y", "apr1", "argon2i", "argon2id", "scrypt", "pbkdf2"];
    // Behind `user:` it is a line for a web server; doubled dollars begin no variable.
    let text = value.iter().position(|b| *b == b'$').map_or(value, |at| &value[at..]);
    let before = &value[..value.len() - text.len()];
    let mut parts = text.split(|b| *b == b'$').filter(|part| !part.is_empty());
    let crypt = (before.is_empty() || before.ends_with(b":"))
        && parts.next().is_some_and(|scheme| {
            let scheme = scheme.split(|b| *b == b'-').next().unwrap_or_default();
            SCHEMES.iter().any(|known| known.as_bytes() == scheme)
        })
        && parts.next().is_some();
    crypt || [b"{SHA}".as_slice(), b"{SSHA}", b"{SSHA512}", b"{CRYPT}"].iter().any(|scheme| value.starts_with(scheme))
}

/// Words with numbers between them, as names of algorithms, packages and releases are: `AES256-GCM-SHA384`.
pub fn is_designation(value: &[u8]) -> bool {
    let parts: Vec<&[u8]> = value.split(|b| !b.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let word = |part: &[u8]| {
        let end = part.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |at| at + 1);
        end >= 3
            && part.len() - end <= 4
            && part[..end].iter().all(u8::is_ascii_alphabetic)
            && super::randomness::surprise(&part[..end]) < 1.2
    };
    let words = parts.iter().filter(|part| word(part)).count();
    let short = parts.iter().filter(|part| part.len() <= 4).count();
    parts.len() > 1 && words > 0 && parts.iter().all(|part| part.len() <= 4 || word(part)) && short <= words * 3
}

/// Words, with any marks between them: what a person makes up for an example, `my:secure;password`.
pub fn is_guessable(password: &[u8]) -> bool {
    let joined: Vec<u8> = password.iter().map(|b| if b.is_ascii_alphanumeric() { *b } else { b'-' }).collect();
    is_wordlike(&joined)
}

/// Words and nothing else: an identifier, a phrase joined by `_ - . :`, letters with a number behind.
pub fn is_wordlike(value: &[u8]) -> bool {
    let mut parts = value.split(|b| matches!(b, b'_' | b'-' | b'.' | b':' | b'/')).map(|part| {
        let start = part.iter().position(u8::is_ascii_alphabetic).unwrap_or(part.len());
        let end = part.iter().rposition(u8::is_ascii_alphabetic).map_or(start, |at| at + 1);
        &part[start..end]
    });
    parts.all(|part| {
        part.iter().all(u8::is_ascii_alphabetic) && (part.len() <= 2 || super::randomness::surprise(part) < 1.2)
    })
}

/// Whether a whole password is a stock word, its digits at the end and its case aside.
pub fn is_stock(password: &[u8]) -> bool {
    let lower = password.to_ascii_lowercase();
    let bare = lower.iter().rposition(|b| !b.is_ascii_digit() && !b"!_-.".contains(b)).map_or(0, |at| at + 1);
    let known = |text: &[u8]| STOCK.iter().any(|word| word.as_bytes() == text);
    bare == 0 || known(&lower) || known(&lower[..bare]) || known(&plain_letters(&lower))
}

/// A word behind look-alikes and marks: `p@$$w0rd!` is `password`.
fn plain_letters(lower: &[u8]) -> Vec<u8> {
    let letter = |byte: &u8| match byte {
        b'@' | b'4' => Some(b'a'),
        b'0' => Some(b'o'),
        b'3' | b'#' => Some(b'e'),
        b'$' | b'5' => Some(b's'),
        b'1' => Some(b'i'),
        byte => byte.is_ascii_alphabetic().then_some(*byte),
    };
    let end = lower.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |at| at + 1);
    lower[..end].iter().filter_map(letter).collect()
}

/// A template's placeholder: `${X}`, `{{x}}`, `<your key>`, `%(x)s`, `#{x}`, `$X`, `%s`, `***`.
pub fn is_template(value: &[u8]) -> bool {
    let holds = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    let wrapped = |open: u8, close: u8| value.first() == Some(&open) && value.last() == Some(&close);
    let variable = match value {
        [b'$' | b'%', rest @ ..] => {
            !rest.is_empty() && rest.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'%' | b':'))
        }
        _ => false,
    };
    let starred = value.len() >= 3 && value.iter().filter(|b| matches!(b, b'*' | b'.')).count() * 2 > value.len();
    wrapped(b'<', b'>')
        || wrapped(b'[', b']')
        || wrapped(b'{', b'}')
        || wrapped(b'%', b'%')
        || variable
        || starred
        || ["${", "{{", "$(", "#{", "<%", "%("].iter().any(|open| is_filled(value, open.as_bytes()))
        || value.ends_with(b"...")
        || holds(b"....")
        || (value.len() < 40 && [b"...".as_slice(), b"%s", b"%v"].iter().any(|part| holds(part)))
        || has_slot(value)
        || is_format(value)
}

/// A place for a word in braces: `sk_live_{key}`, `tok-{alnum:24}`, `{0}-{1}`.
fn has_slot(value: &[u8]) -> bool {
    memchr::memchr_iter(b'{', value).any(|at| {
        let inner = value[at + 1..].split(|b| *b == b'}').next().unwrap_or_default();
        let closed = at + 1 + inner.len() < value.len();
        let inner = inner.strip_prefix(b"-").unwrap_or(inner);
        let mut parts = inner.split(|b| *b == b':');
        let name = parts.next().unwrap_or_default();
        // `{base64:40}`
        let sized = parts.next().is_some_and(|size| !size.is_empty() && size.iter().all(u8::is_ascii_digit));
        let named = name.iter().all(|b| b.is_ascii_lowercase() || *b == b'_' || *b == b'.')
            || (name.len() >= 4 && is_wordlike(name));
        let numbered = inner.iter().all(u8::is_ascii_digit);
        closed
            && !inner.is_empty()
            && (named || numbered || sized)
            && inner.iter().all(|b| b.is_ascii_alphanumeric() || b"_.:".contains(b))
    })
}

/// A format of `printf` with two places or more, and nothing random around them: `%d,%d-%d`, `user-%d-%x`.
fn is_format(value: &[u8]) -> bool {
    let mut rest = Vec::new();
    let (mut at, mut places) = (0, 0);
    while at < value.len() {
        let width = value[at + 1..].iter().take_while(|b| b.is_ascii_digit() || b".-+#l".contains(b)).count();
        let kind = value.get(at + 1 + width);
        if value[at] == b'%' && kind.is_some_and(|kind| b"dsvxXiufgcpq".contains(kind)) {
            places += 1;
            at += width + 2;
        } else {
            rest.push(value[at]);
            at += 1;
        }
    }
    places >= 2 && !super::randomness::is_random(&rest)
}

/// Whether a template's opening is followed by what is filled in there, not by any characters.
fn is_filled(value: &[u8], open: &[u8]) -> bool {
    memchr::memmem::find_iter(value, open).any(|at| {
        let name = &value[at + open.len()..];
        let inner = |b: &u8| b.is_ascii_alphanumeric() || b"_.:-|,?'\" ()$!=/@".contains(b);
        let length = name.iter().take_while(|b| inner(b)).count();
        let closes = |end: &[u8]| name[length..].starts_with(end);
        let closed = if open == b"{{" { closes(b"}}") } else { closes(b"}") || closes(b"[") || closes(b"%>") };
        length > 0 && (length == name.len() || closed || open.ends_with(b"("))
    })
}

/// One character or one short block over and over: `xxxx`, `0000`, `abc123abc123`.
fn is_repetitive(body: &[u8]) -> bool {
    if body.len() < 6 {
        return false;
    }
    let mut counts = [0_usize; 256];
    let (mut longest, mut run) = (1, 1);
    for (at, byte) in body.iter().enumerate() {
        counts[byte.to_ascii_lowercase() as usize] += 1;
        run = if at > 0 && body[at - 1].eq_ignore_ascii_case(byte) { run + 1 } else { 1 };
        longest = longest.max(run);
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    // The first quarter may be a prefix of its own.
    let rest = &body[body.len() / 4..];
    let repeats =
        |text: &[u8]| (1..=text.len() / 2).take(10).any(|period| text.iter().zip(&text[period..]).all(|(a, b)| a == b));
    let block = repeats(body) || repeats(rest);
    most * 2 > body.len() || run >= 8 || (longest >= 8 && longest * 3 > body.len()) || block
}

/// Counting characters: `0123456789`, `abcdefgh`, `AbCdEf`, or numbers that count at either end.
fn is_counting(body: &[u8]) -> bool {
    let letters: Vec<u8> = body.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    if letters.len() < 8 {
        return false;
    }
    let next =
        |a: u8, b: u8| b == a.wrapping_add(1) || (a == b'9' && matches!(b, b'0' | b'a')) || (a == b'f' && b == b'0');
    let ups = letters.windows(2).filter(|pair| next(pair[0], pair[1])).count();
    let counts = ups * 10 >= (letters.len() - 1) * 6;
    let ends = |digits: &[u8]| {
        let run = |forward: bool| {
            let follows = |pair: &[u8]| if forward { pair[1] == pair[0] + 1 } else { pair[0] == pair[1] + 1 };
            digits.iter().all(u8::is_ascii_digit) && digits.windows(2).all(follows)
        };
        run(true) || run(false)
    };
    // `a1B2c3D4e5F6`: letters and digits that count, each for themselves.
    let apart = |of: fn(&u8) -> bool| {
        let own: Vec<u8> = letters.iter().copied().filter(of).collect();
        own.len() >= 4 && own.windows(2).all(|pair| next(pair[0], pair[1]))
    };
    let woven = body.len() < 16 && apart(u8::is_ascii_alphabetic) && apart(u8::is_ascii_digit);
    counts || woven || ends(&body[..6]) || ends(&body[body.len() - 6..]) || counts_bytes(body)
}

/// Bytes that count, in hexadecimal: `000102...0f`, forwards or backwards.
fn counts_bytes(body: &[u8]) -> bool {
    let Ok(bytes) = data_encoding::HEXLOWER_PERMISSIVE.decode(body) else { return false };
    let steps = |step: u8| bytes.windows(2).filter(|pair| pair[1] == pair[0].wrapping_add(step)).count();
    bytes.len() >= 8 && [1, 0x11, u8::MAX].iter().any(|step| steps(*step) * 4 >= (bytes.len() - 1) * 3)
}

/// A word part says that this is no key: `YOUR_API_KEY`, `sk-your-key-here`.
fn says_so(body: &[u8]) -> bool {
    let parts = body.split(|b| !b.is_ascii_alphabetic()).filter(|part| part.len() >= 3);
    let mut parts = parts.map(<[u8]>::to_ascii_lowercase);
    let separated = body.iter().any(|b| matches!(b, b'_' | b'-' | b'.' | b' ' | b':'));
    let whole = body.iter().all(u8::is_ascii_alphabetic);
    (separated || whole) && parts.any(|part| WORDS.iter().any(|word| word.as_bytes() == part.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told() {
        for text in [
            "<YOUR_KEY>",
            "acme_{base64url:40}",
            "${STRIPE_KEY}",
            "{{stripe_key}}",
            "xxxxxxxxxxxxxxxxxxxxxxxx",
            "changeme",
            "$STRIPE_KEY",
            "IOSFODNN7EXAMPLE",
            "0123456789abcdef0123456789abcdef",
            "YOUR_API_KEY_HERE",
            "%(key)s",
            "#{key}",
            "****",
            "00000000000000000000",
            "abcdefghijklmnopqrstuvwx",
            "sk-000000123456789012345",
            "q8W3zL1vB9tR4kX7Kp654321",
            "deadbeefdeadbeefdeadbeef",
            "000102030405060708090a0b0c0d0e0f",
            "00112233445566778899aabbccddeeff",
            "sk_live_{key}",
            "tok-{alnum:24}",
            "{0}-{1}-suffix",
            "v1:{-base64:40}",
            "%d,%d-%d,%d:",
            "process.env.ACME_SECRET,",
            "yourWeak(!)Password",
            "a1B2c3D4e5F6",
        ] {
            assert!(is_placeholder(text.as_bytes(), 0), "{text}");
        }
    }

    #[test]
    fn a_key_that_merely_contains_such_a_word_is_a_key() {
        // A guard without an anchor would let these through.
        for text in [
            "4eC39fakeyjWDarjtT1zdp7dc",
            "Zx81nullQ0v7Kd93fLq2Mw5T",
            "9f8examplec1b7a6d5e4f302",
            "q8W3EXAMPLEz7L1vB9tR4k",
            "trueK3b9Xw2Lm5Qz8Vn1Rt6Y",
            "x7Kp2Lq9Wv4Nm8Rt3Zb6Yc1Df5G",
            "x7Kp{Lq9Wv4}Nm8Rt3Zb6Yc1Df5G",
            "x7Kp{Wq}Nm8Rt3Zb6Yc1Df5G",
            "yourK3b9Xw2Lm5Qz8Vn1Rt6Y",
            "x7Kp2%dLq9Wv4Nm8R%xt3Zb6Yc1Df5G",
            "4a7d1ed414474e4033ac29ccb8653d9b",
        ] {
            assert!(!is_placeholder(text.as_bytes(), 0), "{text}");
        }
    }

    #[test]
    fn base64_of_words_gives_nothing_away() {
        let veiled = |text: &[u8]| is_veiled_word(data_encoding::BASE64.encode(text).as_bytes());
        assert!(veiled(b"secret-password") && veiled(b"user:password") && veiled(b"{\"alg\":\"HS256\"}"));
        assert!(veiled(b"-----BEGIN CERTIFICATE-----\n") && veiled(b"-----BEGIN PRIVATE KEY-----\n-----END"));
        assert!(!veiled(b"q8W3zL1vB9tR4kX7Kp2Lq9Wv") && !veiled(&[0x9c, 0x81, 0xf3, 0x07, 0xee, 0x55]));
        assert!(!is_veiled_word(b"uwndz1YIfm9k78mxmjW8qe7CX33VxRYns4DpZVkt4Y8"));
    }

    #[test]
    fn hashes_and_data_are_no_literals() {
        for text in [
            "$2y$05$D4SPFxzfWKcx1OXfVhRbvO",
            "admin:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/",
            "admin:$$apr1$$H6uskkkW$$IgXLP6ewTrSuBkTrqE8wj/",
            r"\x1f\x8b\x08\x00\x00\x4c\xcc",
            "--exclude=v2Kq9Wx4",
            r"\u2028\u2029\u003c",
            "0x42bb40bf79730451b11f6de1cba222f17b87afd7",
        ] {
            assert!(!is_literal(text.as_bytes(), true), "{text}");
        }
        assert!(is_literal(b"0x42bb40bf79730451b11f6de1cba222f17b87afd742bb40bf79730451b11f6de1", true));
        assert!(is_literal(b"q8$W3zL1$vB9tR4kX7", true) && is_literal(br"\x9c\x81\xf3\x07\xee\x55", true));
    }

    #[test]
    fn the_prefix_is_no_part_of_the_judgement() {
        assert!(is_placeholder(b"sk_live_xxxxxxxxxxxxxxxxxxxxxxxx", 8));
        assert!(!is_placeholder(b"example_4eC39HqLyjWDarjtT1zdp7dc", 8));
    }

    #[test]
    fn what_is_sealed_hashed_or_public_is_no_literal() {
        for text in [
            "ENC[AES256_GCM,data:p673w==",
            "ENC(k7Qz91xWq8W3zL1v)",
            "gAAAAABk7Qz91xWq8W3zL1vB9tR4kX7Kp2Lq9Wv",
            "$2b$10$k7Qz91xWq8W3zL1vB9tR4kX7Kp2Lq9Wv",
            "$argon2id$v=19$m=65536$k7Qz91xW",
            "{SSHA}k7Qz91xWq8W3zL1vB9tR",
            "AAAAC3NzaC1lZDI1NTE5AAAAIGk7Qz91xWq8W3zL1vB9tR",
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEk7Qz91xWq8W3zL1vB9tR4kX7Kp2L",
        ] {
            assert!(!is_literal(text.as_bytes(), true), "{text}");
        }
        for text in [
            "ENCk7Qz91xWq8W3zL1v",
            "$2k7Qz91xWq8W3",
            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgk7Qz91xWq8W3zL1vB9tR",
        ] {
            assert!(is_literal(text.as_bytes(), true), "{text}");
        }
    }

    #[test]
    fn stock_passwords_are_whole_words() {
        for text in ["password", "Admin", "test123", "secret!", "12345", "Passw0rd", "p@$$w0rd!"] {
            assert!(is_stock(text.as_bytes()), "{text}");
        }
        for text in ["passwordless-Kq8", "testX9q", "correct-horse"] {
            assert!(!is_stock(text.as_bytes()), "{text}");
        }
    }
}
