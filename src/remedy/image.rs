//! What to do about a key in a container image: it is built anew without it, and gets it when it is built or runs.

use super::language::Names;
use super::shell_quote;
use crate::advice::Step;
use crate::finding::Finding;
use crate::hunk::{INSIDE, Origin, Part};

/// By where in the image the key stands.
pub fn again(finding: &Finding, names: &Names) -> Vec<Step> {
    let Origin::Image(part) = &finding.origin else { return Vec::new() };
    let name = &names.env;
    let at = memchr::memmem::find(&finding.path, INSIDE).map_or(0, |at| at + INSIDE.len());
    let path = &finding.path[at..];
    match part {
        Part { layer: Some(layer), .. } if layer.gone.is_some() => {
            let text = "A later layer only hides it: build again, and give it to that step as a secret:";
            vec![mounted(text, name)]
        }
        Part { layer: Some(_), .. } => {
            let ignored = Step::new("Leave it out of the build, and build the image again:");
            let file = path.split(|byte| *byte == b'/').next_back().unwrap_or_default();
            let ignored = ignored.with(format!("echo {} >> .dockerignore", shell_quote(&[b"**/", file].concat())));
            vec![ignored, at_run(name)]
        }
        Part { instruction: Some(text), .. } if is_argument(text) => {
            vec![mounted("Build arguments stay in the image: give it to the build as a secret:", name)]
        }
        Part { .. } => vec![at_run(name), mounted("Where the build itself needs it, as a secret:", name)],
    }
}

/// Whether an instruction got the key as a build argument.
fn is_argument(instruction: &str) -> bool {
    instruction.starts_with("ARG ") || instruction.trim_start_matches("RUN ").starts_with('|')
}

fn at_run(name: &str) -> Step {
    Step::new("Give it to the container when it starts:").with(format!("docker run --env {name} IMAGE"))
}

fn mounted(text: &str, name: &str) -> Step {
    let step = Step::new(text).with(format!("RUN --mount=type=secret,id={name},env={name} COMMAND"));
    step.with(format!("docker build --secret id={name},env={name} ."))
}
