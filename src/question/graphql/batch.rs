//! What resolvers of questions ask for one by one, read in one statement a kind.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{ProductId, QuestionId};

use crate::graphql::batch::{Batch, Shared};
use crate::question::{
    Answer, Part, Question, count_published, published_answers, published_questions, questions_by_ids,
};

/// A part of the published questions of a product.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct QuestionsOf(pub ProductId, pub Part);

impl Loader<QuestionsOf> for Batch {
    type Value = Vec<Question>;
    type Error = Shared;

    async fn load(&self, keys: &[QuestionsOf]) -> Result<HashMap<QuestionsOf, Vec<Question>>, Shared> {
        let mut parts: HashMap<Part, Vec<ProductId>> = HashMap::new();
        for QuestionsOf(product, part) in keys {
            parts.entry(*part).or_default().push(*product);
        }
        let mut found = HashMap::new();
        for (part, products) in parts {
            let rows = published_questions(&self.app.db, &self.scope, &products, part).await?;
            found.extend(
                rows.into_iter()
                    .map(|(product, rows)| (QuestionsOf(product, part), rows)),
            );
        }
        Ok(found)
    }
}

/// How many questions about a product are published.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct QuestionCountOf(pub ProductId);

impl Loader<QuestionCountOf> for Batch {
    type Value = i64;
    type Error = Shared;

    async fn load(&self, keys: &[QuestionCountOf]) -> Result<HashMap<QuestionCountOf, i64>, Shared> {
        let products: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        let found = count_published(&self.app.db, &self.scope, &products).await?;
        Ok(found
            .into_iter()
            .map(|(product, count)| (QuestionCountOf(product), count))
            .collect())
    }
}

/// The first so many published answers to a question.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AnswersOf(pub QuestionId, pub usize);

impl Loader<AnswersOf> for Batch {
    type Value = Vec<Answer>;
    type Error = Shared;

    async fn load(&self, keys: &[AnswersOf]) -> Result<HashMap<AnswersOf, Vec<Answer>>, Shared> {
        let mut sizes: HashMap<usize, Vec<QuestionId>> = HashMap::new();
        for AnswersOf(question, first) in keys {
            sizes.entry(*first).or_default().push(*question);
        }
        let mut found = HashMap::new();
        for (first, questions) in sizes {
            let rows = published_answers(&self.app.db, &questions, first).await?;
            found.extend(
                rows.into_iter()
                    .map(|(question, rows)| (AnswersOf(question, first), rows)),
            );
        }
        Ok(found)
    }
}

/// A question, if the viewer may see it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct QuestionKey(pub QuestionId);

impl Loader<QuestionKey> for Batch {
    type Value = Question;
    type Error = Shared;

    async fn load(&self, keys: &[QuestionKey]) -> Result<HashMap<QuestionKey, Question>, Shared> {
        let ids: Vec<QuestionId> = keys.iter().map(|key| key.0).collect();
        let found = questions_by_ids(&self.app.db, &self.scope, &ids).await?;
        Ok(found.into_iter().map(|(id, row)| (QuestionKey(id), row)).collect())
    }
}
