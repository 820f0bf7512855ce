//! Which automatic job runs this, by the variables that the well-known systems set.

use crate::manifest::{Job, without_credentials};

/// The job that `variable` tells of.
pub(super) fn inferred(variable: impl Fn(&str) -> Option<String>) -> Option<Job> {
    let job = |system: &str, id: Option<String>, url: Option<String>| {
        Some(Job { system: system.to_owned(), id: id?, url: url.as_deref().map(without_credentials), command: None })
    };
    let github = || {
        let run = variable("GITHUB_ACTIONS").and(variable("GITHUB_RUN_ID"))?;
        let (server, repository) = (variable("GITHUB_SERVER_URL"), variable("GITHUB_REPOSITORY"));
        let url =
            server.zip(repository).map(|(server, repository)| format!("{server}/{repository}/actions/runs/{run}"));
        job("github", Some(run), url)
    };
    let gitlab = || job("gitlab", variable("GITLAB_CI").and(variable("CI_JOB_ID")), variable("CI_JOB_URL"));
    let jenkins = || job("jenkins", variable("JENKINS_URL").and(variable("BUILD_TAG")), variable("BUILD_URL"));
    let airflow = || {
        let parts = ["AIRFLOW_CTX_DAG_ID", "AIRFLOW_CTX_DAG_RUN_ID", "AIRFLOW_CTX_TASK_ID"];
        let parts: Option<Vec<_>> = parts.into_iter().map(&variable).collect();
        job("airflow", parts.map(|parts| parts.join("/")), None)
    };
    github().or_else(gitlab).or_else(jenkins).or_else(airflow)
}
