//! Synonyms and stop words of staff.

use serde_json::{Value, json};

use super::{create, names, shop};

#[tokio::test]
async fn words_that_mean_the_same_find_the_same() {
    let shop = shop().await;
    create(&shop, "Zither Alpha", "20.00", json!({})).await;
    shop.work().await;
    assert_eq!(names(&shop, "kantele ").await, Vec::<String>::new());
    let staff = shop.staff();
    let input = json!({ "words": ["Zither", "kantele", "ZITHER"] });
    let shown = "synonym { id word words everywhere version }";
    let made = staff.changed("searchSynonymCreate", input, shown).await["synonym"].take();
    assert_eq!(made["words"], json!(["zither", "kantele"]));
    assert_eq!(made["everywhere"], false);
    assert_eq!(names(&shop, "kantele ").await, ["Zither Alpha"]);
    // Another channel has words of its own.
    assert_eq!(names(&shop.channel("eu"), "kantele ").await, Vec::<String>::new());
    let one_way = json!({ "id": made["id"], "word": "psaltery", "words": ["zither"], "expectedVersion": 1 });
    staff.changed("searchSynonymUpdate", one_way.clone(), shown).await;
    assert_eq!(names(&shop, "kantele ").await, Vec::<String>::new());
    assert_eq!(names(&shop, "psaltery ").await, ["Zither Alpha"]);
    assert_eq!(
        staff.change_refused("searchSynonymUpdate", one_way).await.0,
        "STALE_VERSION"
    );
    let list = "{ searchSynonyms { totalCount nodes { id word words } } }";
    let listed = staff.data(list, json!({})).await["searchSynonyms"].take();
    assert_eq!(
        listed["nodes"],
        json!([{ "id": made["id"], "word": "psaltery", "words": ["zither"] }])
    );
    staff
        .changed("searchSynonymDelete", json!({ "id": made["id"] }), "deletedId")
        .await;
    assert_eq!(names(&shop, "psaltery ").await, Vec::<String>::new());
    assert_eq!(staff.data(list, json!({})).await["searchSynonyms"]["totalCount"], 0);
    shop.work().await;
    assert_eq!(shop.dead_jobs().await, 0);
}

#[tokio::test]
async fn what_counts_everywhere_takes_the_permission_everywhere() {
    let shop = shop().await;
    create(&shop, "Zither Alpha", "20.00", json!({})).await;
    shop.work().await;
    let european = shop
        .program(&["search.read", "search.write"], Some("eu"))
        .await
        .channel("eu");
    let input = json!({ "words": ["zither", "kantele"], "everywhere": true });
    let refused = european.change_refused("searchSynonymCreate", input.clone()).await;
    assert_eq!(refused, ("PERMISSION_MISSING".to_owned(), json!(["everywhere"])));
    let made = shop
        .staff()
        .changed("searchSynonymCreate", input, "synonym { id }")
        .await;
    assert_eq!(names(&shop, "kantele ").await, ["Zither Alpha"]);
    // It is seen in every channel, and changed by who may everywhere.
    let listed = european
        .data("{ searchSynonyms { nodes { id everywhere } } }", json!({}))
        .await;
    assert_eq!(listed["searchSynonyms"]["nodes"][0]["everywhere"], true);
    let id = json!({ "id": made["synonym"]["id"] });
    assert_eq!(
        european.change_refused("searchSynonymDelete", id).await.0,
        "PERMISSION_MISSING"
    );
    let stop = json!({ "word": "the", "everywhere": true });
    assert_eq!(
        european.change_refused("searchStopWordCreate", stop).await.0,
        "PERMISSION_MISSING"
    );
}

#[tokio::test]
async fn stop_words_are_not_looked_for() {
    let shop = shop().await;
    create(&shop, "Zither Alpha", "20.00", json!({})).await;
    create(&shop, "Grommet Holder", "2.00", json!({})).await;
    shop.work().await;
    let staff = shop.staff();
    let made = staff
        .changed(
            "searchStopWordCreate",
            json!({ "word": "Grommet" }),
            "stopWord { id word everywhere }",
        )
        .await;
    assert_eq!(made["stopWord"]["word"], "grommet");
    assert_eq!(names(&shop, "grommet zither ").await, ["Zither Alpha"]);
    let again = staff
        .change_refused("searchStopWordCreate", json!({ "word": "grommet" }))
        .await;
    assert_eq!(again.0, "ALREADY_EXISTS");
    for everywhere in [json!({ "word": "of", "everywhere": true }), json!({ "word": "of" })] {
        staff
            .changed("searchStopWordCreate", everywhere.clone(), "stopWord { id }")
            .await;
        assert_eq!(
            staff.change_refused("searchStopWordCreate", everywhere).await.0,
            "ALREADY_EXISTS"
        );
    }
    for wrong in ["", "two words", &"x".repeat(101)] {
        let refused = staff
            .change_refused("searchStopWordCreate", json!({ "word": wrong }))
            .await;
        assert_eq!(refused, ("INVALID_INPUT".to_owned(), json!(["word"])), "{wrong}");
    }
    let list = "query($after: String) { searchStopWords(first: 2, after: $after) {
        totalCount nodes { word } pageInfo { hasNextPage endCursor } } }";
    let page = staff.data(list, json!({})).await["searchStopWords"].take();
    assert_eq!(page["totalCount"], 3);
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let rest = staff
        .data(list, json!({ "after": page["pageInfo"]["endCursor"] }))
        .await;
    assert_eq!(rest["searchStopWords"]["nodes"], json!([{ "word": "grommet" }]));
    staff
        .changed(
            "searchStopWordDelete",
            json!({ "id": made["stopWord"]["id"] }),
            "deletedId",
        )
        .await;
    assert!(names(&shop, "grommet ").await.contains(&"Grommet Holder".to_owned()));
}

#[tokio::test]
async fn synonyms_must_make_sense() {
    let shop = shop().await;
    let staff = shop.staff();
    for (input, field) in [
        (json!({ "words": ["alone"] }), "words"),
        (json!({ "words": ["same", " SAME "] }), "words"),
        (json!({ "word": "a", "words": ["A"] }), "words"),
        (json!({ "word": "", "words": ["b"] }), "word"),
        (json!({ "words": ["a", ""] }), "words"),
    ] {
        let refused = staff.change_refused("searchSynonymCreate", input.clone()).await;
        assert_eq!(refused, ("INVALID_INPUT".to_owned(), json!([field])), "{input}");
    }
    let unknown: entity::SynonymId = shop.app.ids.new_id();
    let delete = json!({ "id": unknown.to_string() });
    assert_eq!(staff.change_refused("searchSynonymDelete", delete).await.0, "NOT_FOUND");
    let nobody = shop.send("{ searchSynonyms { totalCount } }", Value::Null).await;
    assert!(nobody["errors"].is_array(), "{nobody}");
}
