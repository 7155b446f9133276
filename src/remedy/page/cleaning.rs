//! How to get a key out of git, by how far it got. Each list of commands is run by a test, as it is printed.

use super::{Facts, remote, text};
use crate::advice::{Block, Commit, Exposure, Reach, Section, Step};
use crate::remedy::language::{Kind, Language};
use crate::remedy::{shell_quote, undo};

/// Forgets the old commits; naming the refs spares the stashes.
const EXPIRE: [&str; 2] = [
    "git reflog expire --expire-unreachable=now HEAD \\",
    "  $(git for-each-ref --format='%(refname)' refs/heads refs/remotes)",
];
const COLLECT: &str = "git gc --prune=now --quiet";

pub fn section(facts: &Facts) -> Section {
    let blocks = match facts.exposure() {
        Some(exposure) => {
            let mut steps = cleaned(&Case { exposure, language: &facts.options.language, env: &facts.names.env });
            steps.push(
                Step::new("Is it gone? This looks at every object and every file.")
                    .with(format!("keystop verify {}", exposure.fingerprint)),
            );
            let mut blocks = vec![Block::Steps(steps)];
            if exposure.reach == Reach::Pushed {
                blocks.extend(beyond(exposure));
            }
            blocks
        }
        None => overview(),
    };
    Section::new("How to get it out of git?", blocks)
}

/// One key in one repository.
struct Case<'a> {
    exposure: &'a Exposure,
    language: &'a Language,
    env: &'a str,
}

fn cleaned(case: &Case) -> Vec<Step> {
    let exposure = case.exposure;
    let mut steps: Vec<Step> = exposure.stashes.iter().rev().map(|number| unstash(case, *number)).collect();
    match exposure.reach {
        Reach::File => return vec![Step::new(format!("Git does not have it. {}", out_of_file(case)))],
        Reach::Draft => return undo::message_again(),
        Reach::Staged => {
            steps.push(taken_out(case));
            let rest = "What was staged stays on the disk until git cleans up. This also ends what else is unreachable, \
                        dropped stashes and lost commits among it.";
            steps.push(Step::new(rest).with(COLLECT));
            return steps;
        }
        Reach::Loose if exposure.files.is_empty() => {}
        Reach::Stash | Reach::Loose => steps.push(taken_out(case)),
        Reach::Message | Reach::Last | Reach::Older | Reach::Several => steps.extend(committed(case)),
        Reach::Pushed => steps.extend(pushed(case)),
    }
    steps.push(forgotten(exposure));
    steps
}

/// Brings a stash back, so that its work is kept.
fn unstash(case: &Case, number: usize) -> Step {
    let file = shell_quote(&case.exposure.path);
    Step::new(format!(
        "Bring the stash back; it changes {file}. What is in the way has to be committed first; to throw the whole stash \
         away, `drop` instead of `pop`."
    ))
    .with(format!("git stash pop 'stash@{{{number}}}'"))
}

fn forgotten(exposure: &Exposure) -> Step {
    let step = Step::new(
        "Make git forget the old objects. Stashes are kept; other unreachable objects, lost commits among them, end too.",
    );
    // A stash that was popped has left nothing behind in a reflog.
    if exposure.reach == Reach::Stash {
        return step.with(COLLECT);
    }
    EXPIRE.iter().fold(step, |step, line| step.with(*line)).with(COLLECT)
}

/// A file that is nothing but secrets is to leave git whole.
fn is_whole(case: &Case) -> bool {
    matches!(case.language.kind, Kind::Dotenv | Kind::Keyfile)
}

fn out_of_file(case: &Case) -> String {
    match case.exposure.files.as_slice() {
        _ if is_whole(case) => "The file stays on your disk and leaves git.".into(),
        [] | [_] => format!("Read {} in its place, or write a placeholder.", case.env),
        files => format!("Read {} in its place, in each of the {} files.", case.env, files.len()),
    }
}

/// The step that stages the files as they are now.
fn taken_out(case: &Case) -> Step {
    let step = Step::new(out_of_file(case));
    let files: Vec<String> = case.exposure.files.iter().map(|file| shell_quote(file)).collect();
    let files = if files.is_empty() { shell_quote(&case.exposure.path) } else { files.join(" ") };
    if is_whole(case) && !case.exposure.files.is_empty() {
        let rule = shell_quote(format!("/{}", String::from_utf8_lossy(&case.exposure.path)).as_bytes());
        let untracked = step.with(format!("git rm --cached -- {files}"));
        return untracked.with(format!("echo {rule} >> .gitignore")).with("git add .gitignore");
    }
    step.with(format!("git add -- {files}"))
}

/// The same, and a commit of it.
fn committed_clean(case: &Case) -> Step {
    let message = if is_whole(case) {
        "Ignore a file of secrets".to_owned()
    } else {
        format!("Read {} from the environment", case.env)
    };
    taken_out(case).with(format!("git commit -m '{message}'"))
}

/// In commits that no remote is known to have.
fn committed(case: &Case) -> Vec<Step> {
    let exposure = case.exposure;
    match exposure.commits.as_slice() {
        [] => exposure.tags.iter().map(|tag| tagged(tag)).collect(),
        [only] if only.is_head && !exposure.is_shared => amended(case),
        [only] if can_be_folded(case) => fixed_up(only, case),
        commits => rewritten(case, commits),
    }
}

/// A rebase moves one branch, changes no message, and takes a file that leaves git off the disk.
fn can_be_folded(case: &Case) -> bool {
    let exposure = case.exposure;
    !exposure.is_shared && !exposure.in_message && !exposure.files.is_empty() && !is_whole(case)
}

fn tagged(tag: &str) -> Step {
    let (name, target) = (shell_quote(tag.as_bytes()), shell_quote(format!("{tag}^{{}}").as_bytes()));
    Step::new("Write the tag's message again.").with(format!("git tag -f -a {name} {target}"))
}

fn amended(case: &Case) -> Vec<Step> {
    let exposure = case.exposure;
    let mut steps = Vec::new();
    if !exposure.files.is_empty() {
        steps.push(taken_out(case));
    }
    steps.push(if exposure.in_message {
        Step::new("Write the commit's message again, without it.").with("git commit --amend")
    } else {
        Step::new("Put the clean version in the place of the last commit.").with("git commit --amend --no-edit")
    });
    steps
}

/// Folds the clean version into the one commit that brought the key in.
fn fixed_up(bad: &Commit, case: &Case) -> Vec<Step> {
    let base = if bad.is_root { "--root".to_owned() } else { format!("'{}^'", bad.id) };
    let merges = if bad.has_merges { " --rebase-merges" } else { "" };
    vec![
        taken_out(case).with(format!("git commit --fixup={}", bad.id)),
        Step::new(format!(
            "Fold that into {} ({}). Where later commits touch the same lines, git stops and asks: resolve it without the \
             key, `git add`, `git rebase --continue`.",
            bad.id, bad.date
        ))
        .with("GIT_SEQUENCE_EDITOR=: git rebase -i --autosquash --autostash \\")
        .with(format!("  --update-refs{merges} {base}")),
    ]
}

/// Writes every commit since the oldest anew, with as many x in place of the key.
fn rewritten(case: &Case, commits: &[Commit]) -> Vec<Step> {
    let mut steps = Vec::new();
    if !case.exposure.files.is_empty() {
        steps.push(committed_clean(case));
    }
    let lead = match commits {
        [only] => format!("Commit {} ({}) and what follows it is", only.id, only.date),
        several => format!("{} commits and what follows them are", several.len()),
    };
    let step = Step::new(format!(
        "{lead} written anew, with x in place of the key, on every branch and tag that has it; signatures are lost. The \
         key is asked for and shown nowhere."
    ));
    steps.push(rewrite(step, case, "refs/heads refs/tags"));
    steps
}

/// The rewriting itself, for the refs of these folders.
fn rewrite(step: Step, case: &Case, folders: &str) -> Step {
    let commits: Vec<&Commit> = case.exposure.commits.iter().collect();
    undo::written_anew(step, &commits, is_whole(case).then_some(&case.exposure.path), folders)
}

/// A remote has it: it is cleaned in a clone that has every ref, and this one follows.
fn pushed(case: &Case) -> Vec<Step> {
    let remote = shell_quote(remote(case.exposure).as_bytes());
    let upstream = case.exposure.upstream.as_deref().unwrap_or("@{upstream}");
    let upstream = shell_quote(upstream.as_bytes());
    let mut steps = vec![Step::new("Revoke it first. Then ask everybody to push what they have, and to wait.")];
    if !case.exposure.files.is_empty() {
        steps.push(committed_clean(case).with(format!("git push {remote} HEAD")));
    }
    let fresh = Step::new(
        "In a fresh clone with every ref, the commits are written anew, with x in place of the key; signatures are lost. \
         The key is asked for and shown nowhere.",
    )
    .with(format!("git clone --mirror \"$(git remote get-url {remote})\" ../clean.git"))
    .with("cd ../clean.git");
    steps.push(rewrite(fresh, case, "refs"));
    steps.push(
        Step::new(
            "Look at what would be sent: a ref that is [deleted] would be lost. Branch protection has to allow the push; \
             on a code platform, refs of pull requests are refused, which is right.",
        )
        .with("git push --dry-run --force --mirror origin"),
    );
    let sent = Step::new("Send it, come back, and throw that clone away: it still has the old objects.");
    steps.push(sent.with("git push --force --mirror origin; cd \"$OLDPWD\" && rm -rf ../clean.git"));
    steps.push(
        Step::new("Bring this clone along; again for each branch that has commits of its own.")
            .with(format!("OLD=$(git rev-parse {upstream})"))
            .with(format!("git fetch --force --tags --prune {remote}"))
            .with(format!("git rebase --autostash --onto {upstream} \"$OLD\"")),
    );
    steps
}

/// What a push cannot reach.
fn beyond(exposure: &Exposure) -> Vec<Block> {
    let mut points = vec![
        "The server keeps the old objects until it cleans up, and gives them to whoever knows an id.".to_owned(),
        "Forks, mirrors and other clones keep them. Colleagues clone again; a `git pull` in an old clone brings the key back."
            .to_owned(),
        "CI logs and artifacts, images, published packages, archives, mails and search indexes are not touched.".to_owned(),
    ];
    for host in &exposure.hosts {
        points.extend(match () {
            () if host.contains("github") => Some(
                "GitHub: pull requests and cached views keep the old commits. Ask its support to remove them, with the \
                 repository's name, the first changed commit and the pull requests.",
            ),
            () if host.contains("gitlab") => Some(
                "GitLab: Settings > Repository > Repository maintenance removes blobs; then run housekeeping. Its own \
                 refs of merge requests keep the old commits until then.",
            ),
            () if host.contains("bitbucket") => Some("Bitbucket: its support runs the clean-up on request."),
            () => None,
        }
        .map(str::to_owned));
    }
    vec![text("What a push does not remove:"), Block::Points(points)]
}

/// Every stage in a line or two, where no finding was named.
fn overview() -> Vec<Block> {
    let step = |said: &str, command: &str| Step::new(said).with(command);
    vec![
        text(
            "It depends on how far it got. `keystop explain PATH:LINE` prints the commands for that very key, with its \
             files and commits; in short:",
        ),
        Block::Steps(vec![
            step("Only staged: take it out of the file, stage the file again.", "git add -- FILE"),
            step("In the last commit: the same, then", "git commit --amend --no-edit"),
            step(
                "In one older commit: the same, then",
                "git commit --fixup=COMMIT && git rebase -i --autosquash COMMIT^",
            ),
            step(
                "In several commits, or in messages: the unpushed commits are written anew.",
                "keystop explain PATH:LINE",
            ),
            step("In a stash: bring it back and take the key out.", "git stash pop"),
            Step::new(
                "On a remote: revoke it first; then the history is rewritten and pushed by force, with everybody's knowledge.",
            ),
            Step::new("Then make git forget the old objects, and look whether it is gone.")
                .with(EXPIRE[0])
                .with(EXPIRE[1])
                .with(COLLECT)
                .with("keystop verify FINDING"),
        ]),
    ]
}
