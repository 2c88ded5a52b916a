//! Images that are built for the deployment, and from where.

use super::Image;
use crate::plan::Rooms;
use crate::plan::key::Key;
use crate::plan::registry::Repository;
use crate::spec::Spec;
use crate::spec::build::Build;
use crate::spec::scalar::{GitRev, KeyName};

/// From the deployment's folder, `output/<deployment>`, to the one that holds `output/`.
const PROJECT: &str = "../..";

/// The core image, and those of code locations and tasks that have a repository of their own.
pub fn images(spec: &Spec, rooms: &Rooms) -> Vec<Image> {
    let core = rooms.registry.as_ref().map(|repository| Image {
        called: "core".to_owned(),
        repository: repository.name.clone(),
        context: "images/core".to_owned(),
        dockerfile: "images/core/Dockerfile".to_owned(),
        ..revised(spec.gitrev.as_ref())
    });
    let locations = rooms.locations.iter().filter_map(|location| {
        let it = spec.code_locations.get(location.key.as_str())?;
        Some(image(spec, &location.key, location.repository.as_ref()?, it.build.as_ref(), it.gitrev.as_ref()))
    });
    let own = |it: &crate::plan::tasks::Task, build, gitrev| {
        it.repository.as_ref().map(|repository| image(spec, &it.key, repository, build, gitrev))
    };
    let tasks = spec.tasks.iter().flat_map(|it| it.iter()).zip(&rooms.tasks);
    let tasks =
        tasks.filter_map(|((_, it), task): ((&KeyName, _), _)| own(task, it.build.as_ref(), it.gitrev.as_ref()));
    core.into_iter().chain(locations).chain(tasks).collect()
}

fn image(spec: &Spec, key: &Key, repository: &Repository, build: Option<&Build>, gitrev: Option<&GitRev>) -> Image {
    let context = in_project(build.and_then(|it| it.context.as_ref()).map_or(".", |it| it.as_str()));
    let dockerfile = build.and_then(|it| it.dockerfile.as_ref()).map_or("Dockerfile", |it| it.as_str());
    Image {
        called: key.to_string(),
        repository: repository.name.clone(),
        dockerfile: format!("{context}/{dockerfile}"),
        context,
        ..revised(gitrev.or(spec.gitrev.as_ref()))
    }
}

/// An image that is nothing yet but its revision.
fn revised(fixed: Option<&GitRev>) -> Image {
    let fixed = fixed.map(GitRev::as_str);
    Image {
        revision: fixed.unwrap_or_default().into(),
        shell_revision: fixed.unwrap_or("$GITREV").to_owned(),
        called: String::new(),
        repository: String::new(),
        context: String::new(),
        dockerfile: String::new(),
    }
}

fn in_project(path: &str) -> String {
    if path == "." { PROJECT.to_owned() } else { format!("{PROJECT}/{path}") }
}
