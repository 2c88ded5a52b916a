//! The plan as blueprints see it: one value, made once, and the parts of it that a layer's blueprint gets by name.

use minijinja::{Error, Value, context};

use crate::blueprint::{BlueprintError, value_of};
use crate::plan::{Key, Plan};

/// The plan as a value.
pub struct Rooms {
    plan: Value,
    layers: Value,
    locations: Value,
    tasks: Value,
}

impl Rooms {
    /// Makes the value of a plan.
    pub fn of(plan: &Plan) -> Self {
        Self::of_value(value_of(plan))
    }

    /// Takes a value that reads like a plan, such as one that records what is read.
    pub fn of_value(plan: Value) -> Self {
        let part = |name: &str| plan.get_attr(name).unwrap_or_default();
        Self { layers: part("layers"), locations: part("locations"), tasks: part("tasks"), plan: plan.clone() }
    }

    /// The whole plan.
    pub(super) fn plan(&self) -> Value {
        self.plan.clone()
    }

    /// One layer.
    pub(super) fn layer(&self, index: usize) -> Result<Value, BlueprintError> {
        self.layers.get_item_by_index(index).map_err(|error| broken(&error))
    }

    /// What the blueprints of the local stack get.
    pub(super) fn local(&self) -> Result<Value, BlueprintError> {
        let part = |name: &str| self.plan.get_attr(name).map_err(|error| broken(&error));
        Ok(context! { plan => self.plan(), local => part("local")?, instance => part("instance")? })
    }

    /// What the blueprint of a layer gets: the plan, the layer, and the location or task that the layer is for, with the
    /// repository and the secrets that are created for it.
    pub(super) fn context(&self, plan: &Plan, index: usize) -> Result<Value, BlueprintError> {
        let layer = &plan.layers[index];
        let owner = layer.owner.as_ref();
        let location = owner.and_then(|owner| plan.rooms.locations.iter().position(|it| it.key == *owner));
        let task = owner.and_then(|owner| plan.rooms.tasks.iter().position(|it| it.key == *owner));
        let part = |value: &Value, name: &str| value.get_attr(name).map_err(|error| broken(&error));
        let item = |all: &Value, index: usize| all.get_item_by_index(index).map_err(|error| broken(&error));
        let layer = self.layer(index)?;
        let own = |of: &Value| Ok::<_, BlueprintError>((part(of, "repository")?, part(of, "created_secrets")?));
        // One flat map: every name that a blueprint reads is looked up in it.
        Ok(match (location, task) {
            (Some(position), _) => {
                let location = item(&self.locations, position)?;
                let (repository, secrets) = own(&location)?;
                context! { plan => self.plan(), layer, repository, secrets, location }
            }
            (None, Some(position)) => {
                let task = item(&self.tasks, position)?;
                let (repository, secrets) = own(&task)?;
                context! { plan => self.plan(), layer, repository, secrets, task }
            }
            (None, None) => {
                let (repository, secrets) = (part(&self.plan, "registry")?, Value::from(Vec::<Value>::new()));
                context! { plan => self.plan(), layer, repository, secrets }
            }
        })
    }

    /// The same as if the location or task had another key.
    pub(super) fn context_under(&self, plan: &Plan, index: usize, key: &Key) -> Result<Value, BlueprintError> {
        let context = self.context(plan, index)?;
        let name = plan.layers[index].name.as_str();
        let owner = context.get_attr(name).map_err(|error| broken(&error))?;
        let owner = context! { key => key.as_str(), ..owner };
        Ok(match name {
            "task" => context! { task => owner, ..context },
            _ => context! { location => owner, ..context },
        })
    }
}

fn broken(error: &Error) -> BlueprintError {
    BlueprintError::from_minijinja("plan", error)
}
