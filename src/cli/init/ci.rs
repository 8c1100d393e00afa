//! Jobs of continuous integration that deploy a project.
//!
//! None of them fetches fgctl: no page says from where. They expect it on the runner's PATH, and say so.

use super::write::NewFile;

/// Which there are, and what each file is.
pub(super) const KINDS: [(&str, &str); 4] = [
    ("none", ""),
    ("github", "GitHub Actions, .github/workflows/deploy.yml"),
    ("gitlab", "GitLab CI, .gitlab-ci.yml"),
    ("codearts", "CodeArts Build, build.yml"),
];

const GITHUB: &str = r#"# Deploys what fgctl.toml declares, after each push to main.
# The keys are secrets of the repository; fgctl has to be on the runner's PATH.
name: deploy

on:
  push:
    branches: [main]

concurrency: deploy

jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Deploy
        env:
          HUAWEICLOUD_SDK_AK: ${{ secrets.HUAWEICLOUD_SDK_AK }}
          HUAWEICLOUD_SDK_SK: ${{ secrets.HUAWEICLOUD_SDK_SK }}
          FGCTL_REGION: @REGION@
        run: fgctl deploy --no-input --yes
"#;

const GITLAB: &str = r#"# Deploys what fgctl.toml declares, after each push to the default branch.
# HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are masked variables of the project; fgctl has to be on the runner's PATH.
deploy:
  stage: deploy
  resource_group: deploy
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  variables:
    FGCTL_REGION: @REGION@
  script:
    - fgctl deploy --no-input --yes
"#;

const CODEARTS: &str = r#"# Deploys what fgctl.toml declares. The build task names this file, and starts it when you say so there.
# HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are private parameters of the task; fgctl has to be on the executor's PATH.
---
version: 2.0
steps:
  BUILD:
    - sh:
        inputs:
          command: |
            export HUAWEICLOUD_SDK_AK="${HUAWEICLOUD_SDK_AK}"
            export HUAWEICLOUD_SDK_SK="${HUAWEICLOUD_SDK_SK}"
            export FGCTL_REGION="@REGION@"
            fgctl deploy --no-input --yes
"#;

/// The job's file, where one is wanted.
pub(super) fn file(kind: &str, region: &str) -> Option<NewFile> {
    let (path, text) = match kind {
        "github" => (".github/workflows/deploy.yml", GITHUB),
        "gitlab" => (".gitlab-ci.yml", GITLAB),
        "codearts" => ("build.yml", CODEARTS),
        _ => return None,
    };
    Some(NewFile::new(path, text.replace("@REGION@", region)))
}

#[cfg(test)]
mod tests {
    use super::{KINDS, file};

    #[test]
    fn every_job_deploys_in_the_region_without_asking() {
        for (kind, _) in KINDS.iter().filter(|(kind, _)| *kind != "none") {
            let file = file(kind, "cn-east-3").unwrap();
            assert!(file.text.contains("fgctl deploy --no-input --yes"), "{kind}");
            assert!(
                file.text.contains("cn-east-3") && !file.text.contains("@REGION@"),
                "{kind}"
            );
        }
        assert_eq!(file("none", "cn-east-3"), None);
    }
}
