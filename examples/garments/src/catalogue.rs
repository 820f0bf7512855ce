//! The garments, read once when the service starts.

use std::{collections::BTreeSet, fs};

use toolkit::{anyhow::Context, prelude::*, serde_json};

use crate::settings::Settings;

/// A garment.
#[data]
pub struct Item {
    /// The number that it is asked for by.
    pub id: u32,
    /// What it is called.
    #[example("Linen shirt")]
    pub name: String,
    /// What it is like: its colours, styles and seasons.
    #[validate(length(min = 1))]
    pub tags: BTreeSet<String>,
}

impl Item {
    /// How much two garments have in common: the share of their tags that both have.
    pub fn likeness(&self, other: &Self) -> f64 {
        let shared = self.tags.intersection(&other.tags).count();
        shared as f64 / self.tags.union(&other.tags).count() as f64
    }
}

/// All garments.
pub struct Catalogue {
    pub items: Vec<Item>,
}

impl Catalogue {
    /// The garment with this number.
    pub fn get(&self, id: u32) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }
}

/// Reads the catalogue. Every function with a parameter `&Catalogue` is lent it.
#[resource]
fn catalogue(settings: &Settings) -> toolkit::Result<Catalogue> {
    let path = settings.items.display();
    let json = fs::read_to_string(&settings.items).with_context(|| format!("cannot read {path}"))?;
    let items: Vec<Item> = serde_json::from_str(&json).with_context(|| format!("{path} is no list of garments"))?;
    for item in &items {
        item.validate().with_context(|| format!("{path}, garment {}", item.id))?;
    }
    Ok(Catalogue { items })
}
