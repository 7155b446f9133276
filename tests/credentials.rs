//! Where credentials stand in real code, and what only looks like one, by the habits that public repositories show.

use std::collections::BTreeSet;

use keystop::hunk::{Hunk, Origin};
use keystop::rules::{self, example};
use keystop::scan::Scanner;

/// Whether each of several texts of this shape would be stopped.
fn stopped(path: &str, shape: &str) -> Vec<bool> {
    let scanner = Scanner::new(vec![rules::builtin()], BTreeSet::new());
    let stops = |seed| {
        let text = example::expand(shape, seed).expect("a shape of this file").text;
        let hunk = Hunk::whole(path.into(), Origin::File, text.into_bytes());
        scanner.found(&hunk).iter().any(keystop::scan::Match::blocks)
    };
    (1..6).map(stops).collect()
}

#[track_caller]
fn assert_stopped(cases: &[(&str, &str)]) {
    let missed: Vec<_> = cases.iter().filter(|(path, shape)| stopped(path, shape).contains(&false)).collect();
    assert!(missed.is_empty(), "missed: {missed:#?}");
}

#[track_caller]
fn assert_passed(cases: &[(&str, &str)]) {
    let raised: Vec<_> = cases.iter().filter(|(path, shape)| stopped(path, shape).contains(&true)).collect();
    assert!(raised.is_empty(), "raised: {raised:#?}");
}

#[test]
fn authorization_headers_are_found_in_recordings_calls_and_dumps() {
    assert_stopped(&[
        ("cassette.yml", "    Authorization:\n    - Basic c3Y6eHF{alnum:1}bUt{alnum:1}Ulp{alnum:1}a1J{alnum:1}\n"),
        ("cassette.yml", "    Authorization:\n    - Bearer {hex:40}\n"),
        ("client.go", "req.Header.Set(\"authorization\", \"Bearer {alnum:24}\")\n"),
        ("Client.java", "request.addHeader(\"Authorization\", \"Bearer {alnum:36}\");\n"),
        ("client.js", "const h = \"Bearer {hex:16}\";\n"),
        ("x.http", "GET /x HTTP/1.1\nAuthorization: Bearer {alpha:32}\n"),
    ]);
    assert_passed(&[
        ("notes.md", "Bearer authentication-is-required for this\n"),
        ("notes.md", "Authorization: Bearer your-access-token-here\n"),
        ("client.js", "headers.set('Authorization', 'Bearer process.env.ACCESS_TOKEN')\n"),
    ]);
}

#[test]
fn passwords_of_urls_are_found_though_they_are_short_or_their_host_is_filled_in() {
    assert_stopped(&[
        ("main.go", "url := fmt.Sprintf(\"nats://sys:{digit:1}{lower:2}{digit:1}{lower:2}@%s:%d\", host, port)\n"),
        ("main.py", "u = \"mqtt://bob:{loweralnum:8}@{{host}}:1883\"\n"),
    ]);
    assert_passed(&[
        ("README.md", "http://user:pass@host/ ftp://foo:bar@h/ mongodb://admin:admin@localhost/\n"),
        ("README.md", "postgres://USER:PASSWORD@HOST:PORT/DB redis://:changeme@cache\n"),
        ("ci.yml", "uses: docker://node:lts-alpine@sha256:{hex:64}\n"),
    ]);
}

#[test]
fn private_keys_are_told_from_what_is_encrypted_cut_or_filled_in() {
    let lines = "{base64:64}\n{base64:64}\n{base64:64}\n";
    let block = |kind: &str, head: &str| format!("-----BEGIN {kind}-----\n{head}{lines}-----END {kind}-----\n");
    let escaped =
        "k = \"-----BEGIN RSA PRIVATE KEY-----\\n{base64:64}\\n{base64:64}\\n-----END RSA PRIVATE KEY-----\"\n";
    assert_stopped(&[
        ("a.pem", &block("RSA PRIVATE KEY", "")),
        ("a.go", escaped),
        ("a.py", "KEY = \"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC{base64:600}\"\n"),
        ("a.json", "{{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"{base64url:43}\"}}\n"),
        ("a.json", "{{\n  \"k\": \"{base64url:43}\",\n  \"alg\": \"HS256\",\n  \"kty\": \"oct\"\n}}\n"),
    ]);
    assert_passed(&[
        ("a.pem", &block("ENCRYPTED PRIVATE KEY", "")),
        ("a.pem", &block("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{HEX:32}\n\n")),
        ("a.md", "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA...\n-----END RSA PRIVATE KEY-----\n"),
        ("a.go", "\"-----BEGIN RSA PRIVATE KEY-----\\n%s\\n-----END RSA PRIVATE KEY-----\"\n"),
    ]);
}

#[test]
fn passwords_are_found_in_assignments_calls_commands_and_statements() {
    assert_stopped(&[
        ("run.sh", "DB_PASS={alnum:10}\n"),
        ("c.yaml", "password: {alnum:12}\n"),
        ("README.md", "* Password: `{alnum:10}`\n"),
        ("A.java", "conn.setPassword(\"{alnum:10}\");\n"),
        ("run.sh", "./tool --user bob --password {alnum:12} --now\n"),
        ("run.sh", "sshpass -p '{alnum:12}' ssh root@10.0.0.7\n"),
        ("run.ps1", "ConvertTo-SecureString '{alnum:14}' -AsPlainText -Force\n"),
        ("A.cs", "new NetworkCredential(\"ada@acme-shop.com\", \"{alnum:16}\")\n"),
        ("a.sql", "CREATE USER ada IDENTIFIED BY '{alnum:10}';\n"),
        ("main.tf", "variable \"db_password\" {{\n  default = \"{alnum:14}\"\n}}\n"),
    ]);
    assert_passed(&[
        ("a.ts", "password: \"Please enter your password\"\n"),
        ("a.ts", "password: \"Contraseña\"\n"),
        ("a.py", "password = \"secret\"\npassword = \"12345\"\npassword = \"pass1\"\n"),
        ("a.properties", "db.password=\ndb.url=\ndb.driver.name=acme\n"),
    ]);
}

#[test]
fn tokens_are_found_in_addresses_headers_and_texts_within_texts() {
    assert_stopped(&[
        ("a.md", "GET /x?a=1&oauth_token={alnum:27}&b=2\n"),
        ("a.py", "u = \"https://h.io/x?access_token={hex:32}&y=1\"\n"),
        ("docs.md", "\"Apitoken\": \"{{\\\"sig\\\":\\\"{base64:64}\\\",\\\"serial\\\":3}}\"\n"),
        ("a.yml", "  X-Auth-Token: {hex:32}\n"),
        ("a.txt", "X-Amz-Credential=AKIA{base32:16}%2F20200101%2Fus-east-1\n"),
    ]);
    assert_passed(&[
        ("r.yml", "x-amz-apigw-id: {alnum:15}=\nx-request-id: {hex:32}\n"),
        ("package.json", "\"integrity\": \"sha512-{base64:86}==\"\n"),
        ("a.cs", "[assembly: X(\"A, Version=1.0, PublicKeyToken={hex:16}\")]\n"),
        ("a.js", "sid = \"ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n"),
        ("t.txt", "PrivateKey=ALICE_cf_c25519\nPeerKey=BOB_cf_c25519_PUB\nKey = 000102030405060708090a0b0c0d0e0f\n"),
        ("t.json", "\"RoleId\": \"AROA{base32:17}\"\n"),
        ("t.yml", "secret: my-secret-name-here\ntoken: some_token_value\n"),
        ("a.json", "{{\"a\": \"api-token\", \"{hex:8}-{hex:4}-{hex:4}-{hex:7}\": \"b\"}}\n"),
    ]);
}
