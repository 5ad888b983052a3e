//! Lists, filled: candidates from memory, with what the channel shows of them, and where that is not enough
//! the leaders of the category, of the brand and of the channel. However many lists, the statements are the same.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{CategoryId, ProductId, TypedId};

use crate::analytics::{Visitor, recent_products, visit};
use crate::app::App;
use crate::cart;
use crate::catalog::CategoryTree;
use crate::channel::Scope;
use crate::platform::error::Result;
use crate::recommendation::assortment::shown;
use crate::recommendation::candidates;
use crate::recommendation::history::{bought_by, owned_of, products_of_cart};
use crate::recommendation::memory::{Present, present};
use crate::recommendation::query::{Group, Leader, leaders};
use crate::recommendation::reason::{Reason, Strategy};
use crate::recommendation::rule::{Effect, Place, effect};
use crate::recommendation::slot::{Candidate, Intent, Limits, Pick, Shown, behead, compose, fills};
use crate::recommendation::visits;

/// Products that a customer bought that lists are made from, at most, the latest ones.
const HISTORY: u64 = 500;
/// Products that were looked at, at most.
const SEEN: u64 = 50;
/// Candidates of a list of which it is looked up whether they can be bought, at first: nearly always these fill it.
const HEAD: usize = 64;

/// A product that a list is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// The product.
    pub product: ProductId,
    /// Its category.
    pub category: Option<CategoryId>,
    /// Its brand.
    pub brand: Option<String>,
}

/// What a list is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// A product.
    Product(Source),
    /// The cart with this token.
    Cart(String),
    /// The customer who asks; nobody when none has signed in.
    Customer,
    /// A visit, by the name that the client gave it.
    Session(String),
}

/// A list to fill.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// What it is for.
    pub context: Context,
    /// What it is to do.
    pub intent: Intent,
    /// Products at most.
    pub first: usize,
    /// The strategy that comes first, where an experiment says so.
    pub strategy: Option<Strategy>,
}

/// What is known of whoever a list is for.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The products that it is about: that of the page, those in the cart, or what was looked at or bought last.
    pub anchors: Vec<ProductId>,
    /// Whether they are a cart.
    pub is_cart: bool,
    /// What the customer bought, with the last time, the latest first.
    pub bought: Arc<[(ProductId, DateTime<Utc>)]>,
    /// What was looked at, the latest first.
    pub seen: Arc<[ProductId]>,
    /// The visit.
    pub visit: Option<u128>,
    /// The category of the product, with those above it.
    pub categories: Vec<CategoryId>,
}

/// Fills `slots`. None is empty while the channel has something to buy.
///
/// # Errors
/// Those of the database.
pub async fn fill(app: &App, scope: &Scope, slots: &[Slot]) -> Result<HashMap<Slot, Vec<Pick>>> {
    let present = present(app).await?;
    let tree = app.categories.tree(&app.db).await?;
    let facts = facts(app, scope, &tree, slots).await?;
    let mut lists = Vec::with_capacity(slots.len());
    for (slot, facts) in slots.iter().zip(&facts) {
        let asks = matches!(slot.intent, Intent::Personal | Intent::Recent) || slot.strategy == Some(Strategy::Session);
        let next = match asks && !facts.seen.is_empty() {
            true => next(app, facts),
            false => Vec::new(),
        };
        lists.push(List::new(app, scope, &present, slot, facts, next));
    }
    let mut known = Known {
        shown: HashMap::new(),
        above: HashMap::new(),
        tree,
    };
    let wanted: HashSet<ProductId> = lists.iter().flat_map(List::products).collect();
    known.look_at(app, scope, &facts, &mut lists, &wanted).await?;
    let short = lists.iter_mut().filter(|list| !list.is_full(&known));
    let behind: HashSet<ProductId> = short.flat_map(List::lengthen).collect();
    let behind: HashSet<ProductId> = behind.difference(&wanted).copied().collect();
    known.look_at(app, scope, &facts, &mut lists, &behind).await?;
    let mut groups = BTreeSet::new();
    for list in &lists {
        groups.extend(list.lacks(&known));
    }
    let mut found = leaders(app, &scope.channel, groups).await?;
    for leader in found.values().flatten() {
        known.learn(leader);
    }
    known.look_up();
    lists.iter_mut().for_each(|list| list.fill_up(&found));
    // Only now is it known whose category and brand leave something to wish for.
    if lists.iter().any(|list| list.compose(&known).len() < list.enough()) {
        let best = leaders(app, &scope.channel, BTreeSet::from([Group::All])).await?;
        best.values().flatten().for_each(|leader| known.learn(leader));
        known.look_up();
        let best_sellers: Vec<ProductId> = best.values().flatten().map(|leader| leader.product).collect();
        leave_out_owned(app, scope, &facts, &mut lists, &best_sellers).await?;
        found.extend(best);
    }
    let all = found.remove(&Group::All).unwrap_or_default();
    let picks = lists.into_iter().map(|mut list| {
        if list.compose(&known).len() < list.enough() {
            list.add_best(&all);
        }
        (list.slot.clone(), list.compose(&known))
    });
    Ok(picks.collect())
}

/// The version of the model that lists come from.
///
/// # Errors
/// Those of the database, when nothing is in memory yet.
pub async fn version(app: &App) -> Result<Option<i32>> {
    Ok(present(app).await?.knowledge.map(|knowledge| knowledge.version))
}

/// What is known of whoever each of `slots` is for.
async fn facts(app: &App, scope: &Scope, tree: &CategoryTree, slots: &[Slot]) -> Result<Vec<Facts>> {
    let customer = scope.viewer.customer();
    let about_people = |slot: &Slot| {
        matches!(slot.intent, Intent::Personal | Intent::Recent) || matches!(slot.context, Context::Customer)
    };
    let mut of_customer = Facts::default();
    if let Some(customer) = customer
        && slots.iter().any(about_people)
    {
        of_customer.bought = bought_by(&app.db, customer, HISTORY).await?.into();
        let visitor = Visitor {
            customer: Some(customer),
            ..Visitor::default()
        };
        of_customer.seen = recent_products(&app.db, scope.channel.id, visitor, SEEN).await?.into();
    }
    let mut known: HashMap<&Context, Facts> = HashMap::new();
    let mut all = Vec::with_capacity(slots.len());
    for slot in slots {
        let mut facts = match known.get(&slot.context) {
            Some(facts) => facts.clone(),
            None => {
                let facts = of_context(app, scope, tree, &slot.context, &of_customer).await?;
                known.insert(&slot.context, facts.clone());
                facts
            }
        };
        if about_people(slot) {
            facts.bought = Arc::clone(&of_customer.bought);
            if facts.seen.is_empty() {
                facts.seen = Arc::clone(&of_customer.seen);
            }
        }
        all.push(facts);
    }
    Ok(all)
}

async fn of_context(
    app: &App,
    scope: &Scope,
    tree: &CategoryTree,
    context: &Context,
    of_customer: &Facts,
) -> Result<Facts> {
    let mut facts = Facts::default();
    match context {
        Context::Product(source) => {
            facts.anchors = vec![source.product];
            let path = source.category.map(|id| tree.path(id)).unwrap_or_default();
            facts.categories = path.iter().map(|category| category.id).collect();
        }
        Context::Cart(token) => {
            facts.is_cart = true;
            if let Some(cart) = cart::cart_of_token(&app.db, token).await? {
                facts.anchors = products_of_cart(&app.db, cart).await?;
            }
        }
        Context::Customer => {
            facts.anchors = of_customer.bought.iter().take(3).map(|(product, _)| *product).collect();
        }
        Context::Session(name) => {
            let visit = visit(app, name).await?;
            let visitor = Visitor {
                visit: Some(visit),
                ..Visitor::default()
            };
            let seen = recent_products(&app.db, scope.channel.id, visitor, SEEN).await?;
            facts.anchors = seen.iter().take(3).copied().collect();
            facts.seen = seen.into();
            facts.visit = Some(visit.uuid().as_u128());
        }
    }
    Ok(facts)
}

/// Leaves those of `products` out of personal lists that the customer bought longer ago than what was read of them.
async fn leave_out_owned(
    app: &App,
    scope: &Scope,
    facts: &[Facts],
    lists: &mut [List<'_>],
    products: &[ProductId],
) -> Result<()> {
    let is_cut = |facts: &Facts| facts.bought.len() as u64 >= HISTORY;
    let is_personal = |list: &List<'_>| list.slot.intent == Intent::Personal;
    let is_needed = lists.iter().any(is_personal) && facts.iter().any(is_cut);
    let Some(customer) = scope.viewer.customer().filter(|_| is_needed) else {
        return Ok(());
    };
    let owned = owned_of(&app.db, customer, products).await?;
    for list in lists.iter_mut().filter(|list| is_personal(list)) {
        list.without.extend(&owned);
    }
    Ok(())
}

/// What visits like this one went on to; nothing while visits are not in memory.
fn next(app: &App, facts: &Facts) -> Vec<Candidate> {
    // Visits know their items with the last one behind.
    let seen: Vec<u128> = facts
        .seen
        .iter()
        .rev()
        .map(|product| product.uuid().as_u128())
        .collect();
    let next = visits::ask(app, |sessions| sessions.next(&seen, facts.visit, candidates::MOST));
    candidates::session(&next.unwrap_or_default())
}

/// What is known of products while lists are filled.
struct Known {
    shown: HashMap<ProductId, Shown>,
    above: HashMap<CategoryId, Vec<CategoryId>>,
    tree: Arc<CategoryTree>,
}

impl Known {
    /// Learns what the channel shows of `products`, and leaves those out of personal lists that the customer has.
    async fn look_at(
        &mut self,
        app: &App,
        scope: &Scope,
        facts: &[Facts],
        lists: &mut [List<'_>],
        products: &HashSet<ProductId>,
    ) -> Result<()> {
        if products.is_empty() {
            return Ok(());
        }
        let products: Vec<ProductId> = products.iter().copied().collect();
        leave_out_owned(app, scope, facts, lists, &products).await?;
        self.shown.extend(shown(app, &scope.channel, &products).await?);
        self.look_up();
        Ok(())
    }

    fn learn(&mut self, leader: &Leader) {
        self.shown.entry(leader.product).or_insert(Shown {
            category: leader.category,
            available: leader.available,
        });
    }

    fn look_up(&mut self) {
        for category in self.shown.values().filter_map(|shown| shown.category) {
            let path = || self.tree.path(category).iter().map(|category| category.id).collect();
            self.above.entry(category).or_insert_with(path);
        }
    }
}

/// A list that is being filled.
struct List<'a> {
    slot: &'a Slot,
    steps: Vec<Vec<Candidate>>,
    /// The steps with what stands behind their head, where something does.
    whole: Option<Vec<Vec<Candidate>>>,
    without: HashSet<ProductId>,
    effect: Effect,
}

impl<'a> List<'a> {
    fn new(app: &App, scope: &Scope, present: &Present, slot: &'a Slot, facts: &Facts, next: Vec<Candidate>) -> Self {
        let now = app.clock.now();
        let place = Place {
            intent: slot.intent,
            channel: scope.channel.id,
            categories: &facts.categories,
            now,
        };
        let mut without: HashSet<ProductId> = HashSet::new();
        if matches!(slot.context, Context::Product(_) | Context::Cart(_)) {
            without.extend(&facts.anchors);
        }
        if slot.intent == Intent::Personal {
            without.extend(facts.bought.iter().map(|(product, _)| *product));
        }
        let effect = effect(&present.rules, &place);
        let mut steps = candidates::steps(present, scope.channel.id, slot, facts, next, now);
        let whole = match effect.boosts() {
            // The last may become the first.
            true => None,
            false => behead(&mut steps, &without, HEAD.max(2 * slot.first)),
        };
        Self {
            slot,
            steps,
            whole,
            without,
            effect,
        }
    }

    /// Whether what stands behind the head makes no difference.
    fn is_full(&self, known: &Known) -> bool {
        self.whole.is_none() || fills(&self.steps, &self.limits(known))
    }

    /// Takes in what stands behind the head; gives all of its products.
    fn lengthen(&mut self) -> Vec<ProductId> {
        self.steps = self.whole.take().unwrap_or_default();
        self.products().collect()
    }

    fn products(&self) -> impl Iterator<Item = ProductId> + '_ {
        let pinned = self.effect.pins.iter().map(|pin| pin.1);
        self.steps
            .iter()
            .flatten()
            .map(|candidate| candidate.product)
            .chain(pinned)
    }

    /// How many products it should have, so that nothing that fits less is added.
    fn enough(&self) -> usize {
        match self.slot.intent {
            // What has nothing to do with the product stands beside it only when nothing else does.
            Intent::Related => self.slot.first.min(1),
            _ => self.slot.first,
        }
    }

    /// The groups whose leaders it needs, to have enough.
    fn lacks(&self, known: &Known) -> Vec<Group> {
        let Context::Product(source) = &self.slot.context else {
            return Vec::new();
        };
        let wanted = match self.slot.intent {
            Intent::Related => self.slot.first,
            _ => return Vec::new(),
        };
        if self.compose(known).len() >= wanted {
            return Vec::new();
        }
        let category = source.category.map(Group::Category);
        category
            .into_iter()
            .chain(source.brand.clone().map(Group::Brand))
            .collect()
    }

    fn fill_up(&mut self, found: &HashMap<Group, Vec<Leader>>) {
        let (Context::Product(source), Intent::Related) = (&self.slot.context, self.slot.intent) else {
            return;
        };
        let of_category = source.category.map(Group::Category).and_then(|group| found.get(&group));
        let of_brand = source
            .brand
            .clone()
            .map(Group::Brand)
            .and_then(|group| found.get(&group));
        let category = of_category.map(|l| ranked(l, Strategy::SameCategory, Reason::Category));
        let brand = of_brand.map(|l| ranked(l, Strategy::SameBrand, Reason::Brand));
        self.steps.extend(category);
        self.steps.extend(brand);
    }

    fn add_best(&mut self, best: &[Leader]) {
        self.steps.push(ranked(best, Strategy::BestSelling, Reason::Sold));
    }

    fn compose(&self, known: &Known) -> Vec<Pick> {
        compose(&self.steps, &self.limits(known))
    }

    fn limits<'b>(&'b self, known: &'b Known) -> Limits<'b> {
        Limits {
            shown: &known.shown,
            above: &known.above,
            without: &self.without,
            effect: &self.effect,
            most_of_a_category: self
                .slot
                .intent
                .is_diverse()
                .then(|| self.slot.first.div_ceil(3).max(2)),
            first: self.slot.first,
        }
    }
}

/// Leaders in their order.
fn ranked(leaders: &[Leader], strategy: Strategy, reason: fn(i64) -> Reason) -> Vec<Candidate> {
    let candidate = |(place, leader): (usize, &Leader)| Candidate {
        product: leader.product,
        score: 1.0 / (1.0 + place as f32),
        strategy,
        reason: reason(leader.sold),
    };
    leaders.iter().enumerate().map(candidate).collect()
}
