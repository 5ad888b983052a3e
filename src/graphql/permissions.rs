//! Who may use what of the schema, as a page of the documentation: read from what each audience sees.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use crate::graphql::visibility::Outline;
use crate::platform::permission::{Permission, Permissions};
use crate::platform::viewer::Audience;

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// Who sees something.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    Everybody,
    Staff,
    With(Vec<Permission>),
}

impl Seen {
    /// The column of the permission, and that of who sees it.
    fn written(&self) -> (String, &'static str) {
        match self {
            Self::Everybody => ("-".to_owned(), "everybody"),
            Self::Staff => ("-".to_owned(), "every member of staff and every API key"),
            Self::With(permissions) => {
                let names: Vec<String> = permissions.iter().map(|p| format!("`{p}`")).collect();
                (names.join(" or "), "staff and API keys with the permission")
            }
        }
    }
}

/// The schema through all eyes.
struct Eyes {
    everybody: Arc<Outline>,
    staff: Arc<Outline>,
    one: Vec<(Permission, Arc<Outline>)>,
    all: Arc<Outline>,
}

impl Eyes {
    fn seen(&self, sees: impl Fn(&Outline) -> bool) -> Seen {
        if sees(&self.everybody) {
            return Seen::Everybody;
        }
        if sees(&self.staff) {
            return Seen::Staff;
        }
        let with = self.one.iter().filter(|(_, outline)| sees(outline));
        Seen::With(with.map(|(permission, _)| *permission).collect())
    }

    fn field(&self, ty: &str, field: &str) -> Seen {
        self.seen(|outline| outline.has_field(ty, field))
    }

    fn ty(&self, ty: &str) -> Seen {
        self.seen(|outline| outline.has_type(ty))
    }
}

/// The page: every permission, every field of the roots, and every other field or type that not everybody sees.
pub fn page(outline_of: impl Fn(Audience) -> Arc<Outline>) -> String {
    let with = |permissions: Permissions| {
        outline_of(Audience {
            staff: true,
            permissions,
        })
    };
    let eyes = Eyes {
        everybody: outline_of(Audience::PUBLIC),
        staff: with(Permissions::NONE),
        one: Permission::ALL
            .iter()
            .map(|permission| (*permission, with([*permission].into_iter().collect())))
            .collect(),
        all: outline_of(Audience::ALL),
    };
    let mut page = String::from(
        "# Permissions\n\n\
         Made by `merx schema --permissions` from the schema; do not edit by hand.\n\n\
         A role is a set of permissions; a member of staff has roles, each in every channel or in one; an API key has\n\
         permissions of its own. What a viewer may not use does not exist for it: it is not in its introspection, and a\n\
         document that names it is answered as if the name were unknown. Behind that each of these fields has a guard.\n\n\
         | permission | allows to |\n|---|---|\n",
    );
    for permission in Permission::ALL {
        row(&mut page, &[&format!("`{permission}`"), permission.description()]);
    }
    for root in ROOTS {
        let _ = write!(
            page,
            "\n## {root}\n\n| field | permission | who sees it |\n|---|---|---|\n"
        );
        for field in fields(&eyes.all, root) {
            let (permission, who) = eyes.field(root, field).written();
            row(&mut page, &[&format!("`{field}`"), &permission, who]);
        }
    }
    page.push_str(
        "\n## Fields of other types that not everybody sees\n\n| field | permission | who sees it |\n|---|---|---|\n",
    );
    let types: BTreeSet<&str> = eyes.all.type_names().filter(|ty| !ROOTS.contains(ty)).collect();
    for ty in &types {
        for field in fields(&eyes.all, ty) {
            let seen = eyes.field(ty, field);
            if seen != eyes.ty(ty) {
                let (permission, who) = seen.written();
                row(&mut page, &[&format!("`{ty}.{field}`"), &permission, who]);
            }
        }
    }
    page.push_str("\n## Types that not everybody sees\n\n| type | permission | who sees it |\n|---|---|---|\n");
    for ty in &types {
        let seen = eyes.ty(ty);
        if seen != Seen::Everybody {
            let (permission, who) = seen.written();
            row(&mut page, &[&format!("`{ty}`"), &permission, who]);
        }
    }
    page
}

/// The fields of a type, by name.
fn fields<'a>(outline: &'a Outline, ty: &str) -> BTreeSet<&'a str> {
    outline.field_names(ty).collect()
}

fn row(page: &mut String, cells: &[&str]) {
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}
