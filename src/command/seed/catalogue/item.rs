//! One product of the demo shop.

use entity::CategoryId;
use entity::catalog::product::ProductStatus;
use entity::catalog::variant::SelectedOption;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::draw::{self, Kind};
use super::super::shop::Shop;
use crate::catalog::{AttributeValue, Draft, DraftMedia, DraftVariant, NewAttribute};
use crate::platform::error::{Fault, Result};
use crate::platform::text::slugify;

/// A price and, where it is reduced, the former one; minor units.
#[derive(Clone, Copy, Deserialize)]
struct Price(i64, #[serde(default)] Option<i64>);

/// A product as it stands in the files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    /// Name for people; the slug is made of it.
    pub name: String,
    brand: String,
    /// What the picture shows.
    pub draw: Kind,
    /// Paragraphs of the description.
    text: Vec<String>,
    tags: Vec<String>,
    /// In US dollars, net of tax.
    us: Price,
    /// In euros, tax included.
    eu: Price,
    /// What each further size costs more, in both.
    #[serde(default)]
    per_size: (i64, i64),
    grams: i64,
    /// One colour is a property, several are an option.
    colours: Vec<String>,
    /// None where there is only one.
    #[serde(default)]
    sizes: Vec<String>,
    /// What the sizes are called.
    #[serde(default)]
    size_name: Option<String>,
    attributes: Map<String, Value>,
    /// Slugs of the collections that it is in.
    #[serde(default)]
    pub collections: Vec<String>,
    /// Option values of which there is nothing; `*` for all.
    #[serde(default)]
    sold_out: Vec<String>,
    /// Whether it is still being prepared.
    #[serde(default)]
    draft: bool,
    /// Whether it comes by mail, without end.
    #[serde(default)]
    digital: bool,
}

/// One value an option, with the number of the size.
pub(super) struct Choice {
    values: Vec<(String, String)>,
    size: i64,
}

impl Item {
    fn slug(&self) -> String {
        slugify(&self.name)
    }

    fn options(&self) -> Vec<(String, Vec<String>)> {
        let mut options = Vec::new();
        if self.colours.len() > 1 {
            options.push(("Colour".to_owned(), self.colours.clone()));
        }
        if !self.sizes.is_empty() {
            let name = self.size_name.as_deref().unwrap_or("Size");
            options.push((name.to_owned(), self.sizes.clone()));
        }
        options
    }

    /// Every combination of the options, in the order of the variants.
    pub fn choices(&self) -> Vec<Choice> {
        let mut choices = vec![Choice {
            values: Vec::new(),
            size: 0,
        }];
        for (name, values) in self.options() {
            choices = choices
                .into_iter()
                .flat_map(|choice| {
                    let name = name.clone();
                    (0..).zip(values.clone()).map(move |(index, value)| Choice {
                        values: [choice.values.clone(), vec![(name.clone(), value)]].concat(),
                        size: index,
                    })
                })
                .collect();
        }
        if self.sizes.is_empty() {
            choices.iter_mut().for_each(|choice| choice.size = 0);
        }
        choices
    }

    /// Key and colour of each picture. What comes in three colours is shown in two of them.
    pub fn pictures(&self) -> impl Iterator<Item = (String, &str)> {
        let shown = if self.colours.len() > 2 { 2 } else { 1 };
        let slug = self.slug();
        self.colours.iter().take(shown).enumerate().map(move |(index, colour)| {
            let key = match index {
                0 => format!("demo/{slug}.svg"),
                _ => format!("demo/{slug}-{}.svg", index + 1),
            };
            (key, colour.as_str())
        })
    }

    /// Units in New York and Rotterdam; none where nobody counts.
    pub fn on_hand(&self, number: usize, index: usize, choice: &Choice) -> Option<(i64, i64)> {
        if self.digital {
            return None;
        }
        let gone = |value: &String| value == "*" || choice.values.iter().any(|(_, chosen)| chosen == value);
        if self.sold_out.iter().any(gone) {
            return Some((0, 0));
        }
        let spread = |a: usize, b: usize, range: usize| i64::try_from((number * a + index * b) % range).unwrap_or(0);
        Some((6 + spread(7, 5, 37), 4 + spread(5, 3, 23)))
    }

    /// The product as the catalogue takes it.
    ///
    /// # Errors
    /// When an attribute is of no type that we have.
    pub fn draft(&self, number: usize, shop: &Shop, category_id: Option<CategoryId>) -> Result<Draft> {
        let variants = self
            .choices()
            .iter()
            .enumerate()
            .map(|(index, choice)| self.variant(number, index, choice, shop))
            .collect();
        let media = self
            .pictures()
            .map(|(key, colour)| DraftMedia {
                url: format!("/media/{key}"),
                alt: format!("{} in {}", self.name, colour.to_lowercase()),
                size: Some((draw::SIZE, draw::SIZE)),
                variant_sku: None,
            })
            .collect();
        Ok(Draft {
            slug: self.slug(),
            name: self.name.clone(),
            description: self
                .text
                .iter()
                .map(|t| format!("<p>{}</p>", draw::escape(t)))
                .collect(),
            brand: Some(self.brand.clone()),
            category_id,
            status: if self.draft {
                ProductStatus::Draft
            } else {
                ProductStatus::Active
            },
            published: true,
            tags: self.tags.clone(),
            seo_title: Some(format!("{} by {}", self.name, self.brand)),
            seo_description: self.text.first().cloned(),
            options: self.options(),
            variants,
            attributes: self.typed_attributes()?,
            media,
            content_hash: None,
        })
    }

    fn variant(&self, number: usize, index: usize, choice: &Choice, shop: &Shop) -> DraftVariant {
        let price = |channel, price: Price, step: i64| {
            let more = step * choice.size;
            (channel, price.0 + more, price.1.map(|was| was + more))
        };
        DraftVariant {
            sku: self.sku(number, choice),
            barcode: (!self.digital).then(|| ean13(number, index)),
            selected_options: choice
                .values
                .iter()
                .map(|(name, value)| SelectedOption {
                    name: name.clone(),
                    value: value.clone(),
                })
                .collect(),
            weight_grams: self.grams,
            track_inventory: !self.digital,
            requires_shipping: !self.digital,
            taxable: !self.digital,
            prices: vec![
                price(shop.us, self.us, self.per_size.0),
                price(shop.eu, self.eu, self.per_size.1),
            ],
        }
    }

    /// Brand, number and option values: `TI-007-CHALK-L`.
    fn sku(&self, number: usize, choice: &Choice) -> String {
        let code = |text: &str, length| -> String {
            text.chars()
                .filter(char::is_ascii_alphanumeric)
                .take(length)
                .collect::<String>()
                .to_uppercase()
        };
        let mut sku = format!("{}-{number:03}", code(&self.brand, 2));
        for (_, value) in &choice.values {
            sku.push('-');
            sku.push_str(&code(value, 8));
        }
        sku
    }

    fn typed_attributes(&self) -> Result<Vec<NewAttribute>> {
        let colours = self.colours.iter().cloned().map(AttributeValue::Text).collect();
        let mut attributes = vec![NewAttribute {
            key: "colour".to_owned(),
            values: colours,
        }];
        for (key, value) in &self.attributes {
            let values = match value {
                Value::Array(values) => values.iter().map(typed).collect::<Result<_>>()?,
                value => vec![typed(value)?],
            };
            attributes.push(NewAttribute {
                key: key.clone(),
                values,
            });
        }
        Ok(attributes)
    }
}

fn typed(value: &Value) -> Result<AttributeValue> {
    match value {
        Value::String(text) => Ok(AttributeValue::Text(text.clone())),
        Value::Bool(yes) => Ok(AttributeValue::Boolean(*yes)),
        Value::Number(number) => number
            .as_f64()
            .map(AttributeValue::Number)
            .ok_or(Fault::Invariant("a demo attribute is no number")),
        _ => Err(Fault::Invariant("a demo attribute is neither text, number nor boolean")),
    }
}

/// A barcode of the range that shops may use among themselves, with its check digit.
fn ean13(number: usize, index: usize) -> String {
    let digits = format!("200{number:05}{index:04}");
    let sum: u32 = digits
        .chars()
        .filter_map(|c| c.to_digit(10))
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
