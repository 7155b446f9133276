//! The platforms: how each one says what a pipeline is about, as its documentation defines the variables.
//!
//! - GitHub Actions, and Gitea and Forgejo, which set the same:
//!   <https://docs.github.com/en/actions/reference/workflows-and-actions/variables>, and the payload of each event:
//!   <https://docs.github.com/en/webhooks/webhook-events-and-payloads>
//! - GitLab: <https://docs.gitlab.com/ci/variables/predefined_variables/>
//! - CircleCI: <https://circleci.com/docs/reference/variables/>
//! - Travis CI: <https://docs.travis-ci.com/user/environment-variables/#default-environment-variables>
//! - Jenkins: <https://plugins.jenkins.io/git/#plugin-content-environment-variables>
//! - Bitbucket: <https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/>
//! - Azure Pipelines: <https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables>
//! - Buildkite: <https://buildkite.com/docs/pipelines/configure/environment-variables>
//! - Drone: <https://docs.drone.io/pipeline/environment/reference/>
//! - Woodpecker: <https://woodpecker-ci.org/docs/usage/environment>

use anyhow::Result;

use super::{Base, Environment, Run, Target};

/// Where pipelines run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    GithubActions,
    Gitlab,
    CircleCi,
    Travis,
    Bitbucket,
    Azure,
    Buildkite,
    Drone,
    Woodpecker,
    Jenkins,
}

use Platform::*;

impl Platform {
    /// Jenkins is last: its agents run jobs of others too, and those leave its variables in place.
    pub const ALL: [Self; 10] =
        [GithubActions, Gitlab, CircleCi, Travis, Bitbucket, Azure, Buildkite, Woodpecker, Drone, Jenkins];

    pub fn name(self) -> &'static str {
        match self {
            GithubActions => "GitHub Actions",
            Gitlab => "GitLab CI",
            CircleCi => "CircleCI",
            Travis => "Travis CI",
            Bitbucket => "Bitbucket Pipelines",
            Azure => "Azure Pipelines",
            Buildkite => "Buildkite",
            Drone => "Drone",
            Woodpecker => "Woodpecker",
            Jenkins => "Jenkins",
        }
    }

    /// The setting that makes a clone whole.
    pub fn deep(self) -> &'static str {
        match self {
            GithubActions => "give actions/checkout `with: {fetch-depth: 0}`",
            Gitlab => "set `variables: {GIT_DEPTH: \"0\"}` for the job",
            CircleCi => "use the `checkout` step with `method: full`",
            Travis => "set `git: {depth: false}` in .travis.yml",
            Bitbucket => "set `clone: {depth: full}` for the step",
            Azure => "give `checkout: self` a `fetchDepth: 0`",
            Buildkite => "take `--depth` out of BUILDKITE_GIT_CLONE_FLAGS and BUILDKITE_GIT_FETCH_FLAGS",
            Drone => "take `clone: {depth: ...}` out of the pipeline",
            Woodpecker => "set `clone: [{name: git, image: woodpeckerci/plugin-git, settings: {partial: false}}]`",
            Jenkins => {
                "check out with `cloneOption(shallow: false, noTags: false)` and a refspec with the target branch"
            }
        }
    }

    pub(super) fn is_at_work(self, env: &Environment) -> bool {
        match self {
            GithubActions => env.is("GITHUB_ACTIONS", "true"),
            Gitlab => env.is("GITLAB_CI", "true"),
            CircleCi => env.is("CIRCLECI", "true"),
            Travis => env.is("TRAVIS", "true"),
            Bitbucket => env.get("BITBUCKET_BUILD_NUMBER").is_some(),
            Azure => env.is("TF_BUILD", "true"),
            Buildkite => env.is("BUILDKITE", "true"),
            Woodpecker => env.is("CI", "woodpecker"),
            Drone => env.is("DRONE", "true"),
            Jenkins => env.get("JENKINS_URL").is_some(),
        }
    }

    pub(super) fn run(self, env: &Environment) -> Result<Run> {
        match self {
            GithubActions => github(env),
            Gitlab => gitlab(env),
            CircleCi => Ok(circle(env)),
            Travis => travis(env),
            Bitbucket => bitbucket(env),
            Azure => azure(env),
            Buildkite => buildkite(env),
            Drone => drone(env),
            Woodpecker => woodpecker(env),
            Jenkins => jenkins(env),
        }
    }

    /// The repository's main branch, where the platform tells it.
    fn default_branch(self, env: &Environment) -> Option<String> {
        match self {
            GithubActions => env.told("/repository/default_branch"),
            Gitlab => env.get("CI_DEFAULT_BRANCH"),
            Buildkite => env.get("BUILDKITE_PIPELINE_DEFAULT_BRANCH"),
            Drone => env.get("DRONE_REPO_BRANCH"),
            Woodpecker => env.get("CI_REPO_DEFAULT_BRANCH"),
            CircleCi | Travis | Bitbucket | Azure | Jenkins => None,
        }
    }

    /// A change that is proposed for a branch.
    fn proposed<const HEADS: usize, const BASES: usize>(
        self,
        event: &str,
        heads: [Option<String>; HEADS],
        bases: [Option<String>; BASES],
        branch: Option<String>,
    ) -> Result<Run> {
        let commits: Vec<String> = bases.into_iter().flatten().collect();
        if commits.is_empty() && branch.is_none() {
            return Err(self.untold("what the change is proposed for"));
        }
        let branch = branch.map(|branch| branch.strip_prefix("refs/heads/").unwrap_or(&branch).to_owned());
        let heads = heads.into_iter().flatten().collect();
        Ok(Run {
            platform: self,
            event: event.to_owned(),
            heads,
            base: Base::Target { commits, branch },
            target: Target::Commit,
        })
    }

    fn tagged(self, env: &Environment, head: Option<String>, tag: String) -> Run {
        let (event, base) = (format!("tag {tag}"), Base::Default(self.default_branch(env)));
        Run { platform: self, event, heads: head.into_iter().collect(), base, target: Target::Tag(tag) }
    }

    /// A branch, after a push or whatever else starts a pipeline.
    fn branch(
        self,
        env: &Environment,
        what: &str,
        head: Option<String>,
        before: Option<String>,
        branch: Option<String>,
    ) -> Run {
        let base = before.map_or_else(|| Base::Default(self.default_branch(env)), Base::Before);
        let event = branch.as_ref().map_or_else(|| what.to_owned(), |branch| format!("{what} {branch}"));
        let target = branch.map_or(Target::Commit, Target::Branch);
        Run { platform: self, event, heads: head.into_iter().collect(), base, target }
    }
}

fn github(env: &Environment) -> Result<Run> {
    let sha = env.commit("GITHUB_SHA");
    let event = env.get("GITHUB_EVENT_NAME").unwrap_or_default();
    let reference = env.get("GITHUB_REF").unwrap_or_default();
    let branch = reference.strip_prefix("refs/heads/").map(str::to_owned);
    match event.as_str() {
        "pull_request" | "pull_request_target" | "pull_request_review" => {
            // For the target the commit is that of the branch, and the change is checked out by its own id, if at all.
            let merged = sha.filter(|_| event != "pull_request_target");
            let (head, base) = (env.told("/pull_request/head/sha"), env.told("/pull_request/base/sha"));
            GithubActions.proposed("pull request", [merged, head], [base], env.get("GITHUB_BASE_REF"))
        }
        "merge_group" => {
            let (head, base) = (env.told("/merge_group/head_sha"), env.told("/merge_group/base_sha"));
            GithubActions.proposed("merge queue", [sha, head], [base], env.told("/merge_group/base_ref"))
        }
        "push" => {
            if env.payload.is_none() {
                return Err(GithubActions.untold("what was there before: the file of GITHUB_EVENT_PATH cannot be read"));
            }
            let head = env.told("/after").or(sha);
            Ok(match reference.strip_prefix("refs/tags/") {
                Some(tag) => GithubActions.tagged(env, head, tag.to_owned()),
                None => GithubActions.branch(env, "push to", head, env.told("/before"), branch),
            })
        }
        "" => Err(GithubActions.untold("its event: GITHUB_EVENT_NAME is not set")),
        _ => Ok(match reference.strip_prefix("refs/tags/") {
            Some(tag) => GithubActions.tagged(env, sha, tag.to_owned()),
            None => GithubActions.branch(env, &format!("{event} of"), sha, None, branch),
        }),
    }
}

fn gitlab(env: &Environment) -> Result<Run> {
    let sha = env.commit("CI_COMMIT_SHA");
    let source = env.get("CI_PIPELINE_SOURCE").unwrap_or_default();
    if env.get("CI_MERGE_REQUEST_IID").is_some() {
        let event = if env.is("CI_MERGE_REQUEST_EVENT_TYPE", "merge_train") { "merge train" } else { "merge request" };
        let bases = [env.commit("CI_MERGE_REQUEST_DIFF_BASE_SHA"), env.commit("CI_MERGE_REQUEST_TARGET_BRANCH_SHA")];
        return Gitlab.proposed(event, [sha], bases, env.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"));
    }
    if source == "external_pull_request_event" {
        let base = env.commit("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA");
        let branch = env.get("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME");
        return Gitlab.proposed(
            "pull request",
            [env.commit("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA"), sha],
            [base],
            branch,
        );
    }
    if let Some(tag) = env.get("CI_COMMIT_TAG") {
        return Ok(Gitlab.tagged(env, sha, tag));
    }
    let (before, branch) = (env.commit("CI_COMMIT_BEFORE_SHA"), env.get("CI_COMMIT_BRANCH"));
    Ok(match source.as_str() {
        "push" => Gitlab.branch(env, "push to", sha, before, branch),
        // Of any other start GitLab says that nothing was there before.
        _ => Gitlab.branch(env, &format!("{source} of"), sha, None, branch),
    })
}

/// CircleCI has no variable for what was there before; its pipeline value `pipeline.git.base_revision` is for `--base`.
fn circle(env: &Environment) -> Run {
    let sha = env.commit("CIRCLE_SHA1");
    match env.get("CIRCLE_TAG") {
        Some(tag) => CircleCi.tagged(env, sha, tag),
        None => CircleCi.branch(env, "push to", sha, None, env.get("CIRCLE_BRANCH")),
    }
}

fn travis(env: &Environment) -> Result<Run> {
    let sha = env.commit("TRAVIS_COMMIT");
    // Two ids with three dots between them; empty for a new branch.
    let range = env.get("TRAVIS_COMMIT_RANGE").unwrap_or_default();
    let before = range.split("...").next().filter(|id| !id.is_empty() && range.contains("...")).map(str::to_owned);
    if env.get("TRAVIS_PULL_REQUEST").is_some_and(|number| number != "false") {
        let head = env.commit("TRAVIS_PULL_REQUEST_SHA");
        return Travis.proposed("pull request", [sha, head], [before], env.get("TRAVIS_BRANCH"));
    }
    if let Some(tag) = env.get("TRAVIS_TAG") {
        return Ok(Travis.tagged(env, sha, tag));
    }
    let event = env.get("TRAVIS_EVENT_TYPE").unwrap_or_default();
    Ok(match event.as_str() {
        "push" => Travis.branch(env, "push to", sha, before, env.get("TRAVIS_BRANCH")),
        _ => Travis.branch(env, &format!("{event} of"), sha, None, env.get("TRAVIS_BRANCH")),
    })
}

fn bitbucket(env: &Environment) -> Result<Run> {
    let sha = env.commit("BITBUCKET_COMMIT");
    if env.get("BITBUCKET_PR_ID").is_some() {
        let base = env.commit("BITBUCKET_PR_DESTINATION_COMMIT");
        return Bitbucket.proposed("pull request", [sha], [base], env.get("BITBUCKET_PR_DESTINATION_BRANCH"));
    }
    Ok(match env.get("BITBUCKET_TAG") {
        Some(tag) => Bitbucket.tagged(env, sha, tag),
        None => Bitbucket.branch(env, "push to", sha, None, env.get("BITBUCKET_BRANCH")),
    })
}

fn azure(env: &Environment) -> Result<Run> {
    let sha = env.commit("BUILD_SOURCEVERSION");
    if env.is("BUILD_REASON", "PullRequest") {
        let head = env.commit("SYSTEM_PULLREQUEST_SOURCECOMMITID");
        return Azure.proposed("pull request", [sha, head], [], env.get("SYSTEM_PULLREQUEST_TARGETBRANCH"));
    }
    let source = env.get("BUILD_SOURCEBRANCH").unwrap_or_default();
    if let Some(tag) = source.strip_prefix("refs/tags/") {
        return Ok(Azure.tagged(env, sha, tag.to_owned()));
    }
    let is_push = env.is("BUILD_REASON", "IndividualCI") || env.is("BUILD_REASON", "BatchedCI");
    let what = if is_push { "push to" } else { "run of" };
    Ok(Azure.branch(env, what, sha, None, source.strip_prefix("refs/heads/").map(str::to_owned)))
}

fn buildkite(env: &Environment) -> Result<Run> {
    // A build that somebody starts by hand may be of `HEAD`.
    let sha = env.commit("BUILDKITE_COMMIT");
    if env.get("BUILDKITE_MERGE_QUEUE_BASE_COMMIT").or(env.get("BUILDKITE_MERGE_QUEUE_BASE_BRANCH")).is_some() {
        let base = env.commit("BUILDKITE_MERGE_QUEUE_BASE_COMMIT");
        return Buildkite.proposed("merge queue", [sha], [base], env.get("BUILDKITE_MERGE_QUEUE_BASE_BRANCH"));
    }
    if env.get("BUILDKITE_PULL_REQUEST").is_some_and(|number| number != "false") {
        return Buildkite.proposed("pull request", [sha], [], env.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH"));
    }
    Ok(match env.get("BUILDKITE_TAG") {
        Some(tag) => Buildkite.tagged(env, sha, tag),
        None => Buildkite.branch(env, "push to", sha, None, env.get("BUILDKITE_BRANCH")),
    })
}

fn drone(env: &Environment) -> Result<Run> {
    let sha = env.commit("DRONE_COMMIT_SHA");
    let event = env.get("DRONE_BUILD_EVENT").unwrap_or_default();
    let before = env.commit("DRONE_COMMIT_BEFORE");
    Ok(match (event.as_str(), env.get("DRONE_TAG")) {
        ("pull_request", _) => return Drone.proposed("pull request", [sha], [before], env.get("DRONE_TARGET_BRANCH")),
        ("tag", Some(tag)) => Drone.tagged(env, sha, tag),
        ("push", _) => Drone.branch(env, "push to", sha, before, env.get("DRONE_BRANCH")),
        _ => Drone.branch(env, &format!("{event} of"), sha, None, env.get("DRONE_BRANCH")),
    })
}

fn woodpecker(env: &Environment) -> Result<Run> {
    let sha = env.commit("CI_COMMIT_SHA");
    let event = env.get("CI_PIPELINE_EVENT").unwrap_or_default();
    // The last pipeline's commit; what that one has found is still to be told.
    let before = env.commit("CI_PREV_COMMIT_SHA").filter(|_| env.is("CI_PREV_PIPELINE_STATUS", "success"));
    Ok(match (event.as_str(), env.get("CI_COMMIT_TAG")) {
        ("pull_request" | "pull_request_closed", _) => {
            return Woodpecker.proposed("pull request", [sha], [], env.get("CI_COMMIT_TARGET_BRANCH"));
        }
        (_, Some(tag)) => Woodpecker.tagged(env, sha, tag),
        ("push", _) => Woodpecker.branch(env, "push to", sha, before, env.get("CI_COMMIT_BRANCH")),
        _ => Woodpecker.branch(env, &format!("{event} of"), sha, None, env.get("CI_COMMIT_BRANCH")),
    })
}

fn jenkins(env: &Environment) -> Result<Run> {
    let sha = env.commit("GIT_COMMIT").or(Some("HEAD".to_owned()));
    if env.get("CHANGE_ID").is_some() {
        return Jenkins.proposed("change request", [sha], [], env.get("CHANGE_TARGET"));
    }
    if let Some(tag) = env.get("TAG_NAME") {
        return Ok(Jenkins.tagged(env, sha, tag));
    }
    // Not the previous commit: if that one was stopped, what it brought is still to be told.
    let before = env.commit("GIT_PREVIOUS_SUCCESSFUL_COMMIT");
    let branch = env.get("BRANCH_NAME").or_else(|| {
        let branch = env.get("GIT_BRANCH")?;
        Some(branch.split_once('/').map_or(branch.clone(), |(_, name)| name.to_owned()))
    });
    Ok(Jenkins.branch(env, "build of", sha, before, branch))
}
