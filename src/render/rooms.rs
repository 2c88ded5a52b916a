//! The plan as blueprints see it: one value, made once, and the parts of it that a layer's blueprint gets by name.

use minijinja::{Error, Value, context};

use crate::blueprint::{BlueprintError, value_of};
use crate::plan::Plan;

/// The plan as a value.
pub struct Rooms {
    plan: Value,
    layers: Value,
    locations: Value,
}

impl Rooms {
    /// Makes the value of a plan.
    pub fn of(plan: &Plan) -> Result<Self, BlueprintError> {
        Self::of_value(value_of(plan))
    }

    /// Takes a value that reads like a plan, such as one that records what is read.
    pub fn of_value(plan: Value) -> Result<Self, BlueprintError> {
        let part = |name: &str| plan.get_attr(name).map_err(|error| broken(&error));
        Ok(Self { layers: part("layers")?, locations: part("locations")?, plan: plan.clone() })
    }

    /// The whole plan.
    pub(super) fn plan(&self) -> Value {
        self.plan.clone()
    }

    /// One layer.
    pub(super) fn layer(&self, index: usize) -> Result<Value, BlueprintError> {
        self.layers.get_item_by_index(index).map_err(|error| broken(&error))
    }

    /// What the blueprint of a layer gets: the plan, the layer, and the location and repository that the layer is for.
    pub(super) fn context(&self, plan: &Plan, index: usize) -> Result<Value, BlueprintError> {
        let layer = &plan.layers[index];
        let owner = layer.owner.as_ref();
        let location = owner.and_then(|owner| plan.rooms.locations.iter().position(|it| it.key == *owner));
        let part = |value: &Value, name: &str| value.get_attr(name).map_err(|error| broken(&error));
        let common = context! { plan => self.plan(), layer => self.layer(index)? };
        Ok(match location {
            Some(position) => {
                let location = self.locations.get_item_by_index(position).map_err(|error| broken(&error))?;
                context! { repository => part(&location, "repository")?, location, ..common }
            }
            None => context! { repository => part(&self.plan, "registry")?, ..common },
        })
    }
}

fn broken(error: &Error) -> BlueprintError {
    BlueprintError::from_minijinja("plan", error)
}
