//! Objects of built-in kinds.

use std::collections::BTreeMap;

use futures::StreamExt;
use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Namespace},
};
use kube::{
    Api, Client, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, Preconditions, WatchEvent, WatchParams},
    core::{PartialObjectMeta, response::reason},
    runtime::watcher::{self, watcher},
};
use serde_json::{from_value, json};

use crate::{NAMESPACE, Outcome, expect_events, in_time, named, refused};

fn config_map(name: &str, key: &str) -> ConfigMap {
    let mut map = ConfigMap {
        metadata: named(name),
        data: Some(BTreeMap::from([(key.into(), "1".into())])),
        ..ConfigMap::default()
    };
    map.labels_mut().insert("of".into(), NAMESPACE.into());
    map
}

fn keys(map: &ConfigMap) -> Vec<&str> {
    map.data.iter().flat_map(BTreeMap::keys).map(String::as_str).collect()
}

pub async fn objects(client: &Client) -> Outcome {
    let namespace = Namespace {
        metadata: named(NAMESPACE),
        ..Namespace::default()
    };
    Api::all(client.clone()).create(&PostParams::default(), &namespace).await?;
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), NAMESPACE);
    let creating = PostParams {
        field_manager: Some("creator".into()),
        ..PostParams::default()
    };
    let created = maps.create(&creating, &config_map("one", "created")).await?;
    let status = refused(maps.create(&creating, &created_again()).await, 409, reason::ALREADY_EXISTS);
    assert_eq!(status.message, "configmaps \"one\" already exists");
    let status = refused(maps.get("none").await, 404, reason::NOT_FOUND);
    assert_eq!(
        status.details.map(|details| (details.name, details.kind)),
        Some(("none".into(), "configmaps".into()))
    );
    assert!(maps.get_opt("none").await?.is_none());
    let dry = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    maps.create(&dry, &config_map("none", "dry")).await?;
    assert!(maps.get_opt("none").await?.is_none());

    patches(&maps).await?;
    let mut stale = created.clone();
    stale.labels_mut().insert("stale".into(), "yes".into());
    refused(
        maps.replace("one", &PostParams::default(), &stale).await,
        409,
        reason::CONFLICT,
    );
    let mut fresh = maps.get("one").await?;
    fresh.labels_mut().insert("fresh".into(), "yes".into());
    maps.replace("one", &PostParams::default(), &fresh).await?;
    assert_eq!(maps.get_metadata("one").await?.labels()["fresh"], "yes");
    deletions(&maps).await?;
    chunks(&maps).await?;
    println!("typed: created, patched, applied, replaced, listed in chunks, deleted");
    Ok(())
}

fn created_again() -> ConfigMap {
    config_map("one", "again")
}

async fn patches(maps: &Api<ConfigMap>) -> Outcome {
    let patching = PatchParams::default();
    let patched = maps
        .patch(
            "one",
            &patching,
            &Patch::Merge(json!({"data": {"merged": "1", "created": null}})),
        )
        .await?;
    assert_eq!(keys(&patched), ["merged"]);
    let patched = maps
        .patch("one", &patching, &Patch::Strategic(json!({"data": {"strategic": "1"}})))
        .await?;
    assert_eq!(keys(&patched), ["merged", "strategic"]);
    let moved = json!([
        {"op": "test", "path": "/data/merged", "value": "1"},
        {"op": "move", "from": "/data/merged", "path": "/data/json"}
    ]);
    let patched = maps
        .patch("one", &patching, &Patch::<()>::Json(from_value(moved.clone())?))
        .await?;
    assert_eq!(keys(&patched), ["json", "strategic"]);
    refused(
        maps.patch("one", &patching, &Patch::<()>::Json(from_value(moved)?)).await,
        422,
        reason::INVALID,
    );

    let mut applied = ConfigMap {
        metadata: named("one"),
        data: Some(BTreeMap::from([("applied".into(), "1".into())])),
        ..ConfigMap::default()
    };
    maps.patch("one", &PatchParams::apply("first"), &Patch::Apply(&applied))
        .await?;
    applied.data = Some(BTreeMap::from([("applied".into(), "2".into())]));
    let status = refused(
        maps.patch("one", &PatchParams::apply("second"), &Patch::Apply(&applied))
            .await,
        409,
        reason::CONFLICT,
    );
    let cause = &status.details.expect("no details").causes[0];
    assert_eq!(
        (cause.reason.as_str(), cause.field.as_str()),
        ("FieldManagerConflict", ".data.applied")
    );
    assert!(cause.message.contains("conflict with \"first\""), "{}", cause.message);
    let forced = maps
        .patch("one", &PatchParams::apply("second").force(), &Patch::Apply(&applied))
        .await?;
    assert_eq!(forced.data.as_ref().map(|data| data["applied"].as_str()), Some("2"));
    let managers: Vec<_> = forced
        .managed_fields()
        .iter()
        .filter_map(|entry| entry.manager.as_deref())
        .collect();
    assert!(managers.contains(&"second") && !managers.contains(&"first"), "{managers:?}");

    applied.data = None; // gives up what only this manager has
    let given_up = maps
        .patch("one", &PatchParams::apply("second"), &Patch::Apply(&applied))
        .await?;
    assert_eq!(keys(&given_up), ["json", "strategic"]);
    let misspelt = json!({"apiVersion": "v1", "kind": "ConfigMap", "dada": {}});
    let strict = PatchParams::default().validation_strict();
    let status = refused(
        maps.patch("one", &strict, &Patch::Merge(misspelt)).await,
        422,
        reason::INVALID,
    );
    assert!(status.message.contains("unknown field \"dada\""), "{}", status.message);
    Ok(())
}

async fn deletions(maps: &Api<ConfigMap>) -> Outcome {
    let one = maps.get("one").await?;
    let other = DeleteParams::default().preconditions(Preconditions {
        uid: Some("another".into()),
        resource_version: None,
    });
    let status = refused(maps.delete("one", &other).await, 409, reason::CONFLICT);
    assert!(
        status
            .message
            .contains("the UID in the precondition (another) does not match"),
        "{}",
        status.message
    );
    let stale = DeleteParams::default().preconditions(Preconditions {
        uid: None,
        resource_version: Some("1".into()),
    });
    refused(maps.delete("one", &stale).await, 409, reason::CONFLICT);
    let exact = DeleteParams::default().preconditions(Preconditions {
        uid: one.uid(),
        resource_version: one.resource_version(),
    });
    let deleted = maps.delete("one", &exact).await?.right().expect("it is not deleted at once");
    assert!(deleted.is_success());
    assert!(maps.get_opt("one").await?.is_none());
    Ok(())
}

async fn chunks(maps: &Api<ConfigMap>) -> Outcome {
    for i in 0..25 {
        maps.create(&PostParams::default(), &config_map(&format!("many-{i:02}"), "a"))
            .await?;
    }
    let all = ListParams::default().labels("of=rust");
    let (mut names, mut sizes, mut next) = (Vec::new(), Vec::new(), None::<String>);
    loop {
        let mut params = all.clone().limit(10);
        params.continue_token = next;
        let page = maps.list(&params).await?;
        sizes.push((page.items.len(), page.metadata.remaining_item_count));
        names.extend(page.iter().map(ResourceExt::name_any));
        next = page.metadata.continue_.filter(|token| !token.is_empty());
        if next.is_none() {
            break;
        }
    }
    // With a selector the server does not say how many remain.
    assert_eq!(sizes, [(10, None), (10, None), (5, None)]);
    assert_eq!(names, (0..25).map(|i| format!("many-{i:02}")).collect::<Vec<_>>());
    assert_eq!(
        maps.list(&ListParams::default().limit(10))
            .await?
            .metadata
            .remaining_item_count,
        Some(15)
    );
    refused(
        maps.list(&ListParams::default().continue_token("nonsense")).await,
        400,
        reason::BAD_REQUEST,
    );
    maps.delete_collection(&DeleteParams::default(), &all).await?;
    assert!(maps.list_metadata(&all).await?.items.is_empty());
    Ok(())
}

/// A Deployment: what strategic patches do with its containers, its scale, and errors that name fields.
pub async fn workload(client: &Client) -> Outcome {
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), NAMESPACE);
    let manifest = |name: &str, port: u32| {
        from_value(json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name},
            "spec": {
                "selector": {"matchLabels": {"app": "web"}},
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {"containers": [{"name": "web", "image": "web:1", "ports": [{"containerPort": port}]}]}
                }
            }
        }))
    };
    let created: Deployment = deployments.create(&PostParams::default(), &manifest("web", 80)?).await?;
    assert_eq!(created.spec.and_then(|spec| spec.replicas), Some(1));
    let containers = json!([{"name": "side", "image": "side:1"}, {"name": "web", "image": "web:2"}]);
    let patch = Patch::Strategic(json!({"spec": {"template": {"spec": {"containers": containers}}}}));
    let patched = deployments.patch("web", &PatchParams::default(), &patch).await?;
    let pod = patched.spec.and_then(|spec| spec.template.spec).expect("no pod");
    let found: Vec<_> = pod
        .containers
        .iter()
        .map(|c| (c.name.as_str(), c.image.as_deref(), c.ports.is_some()))
        .collect();
    assert_eq!(found, [("side", Some("side:1"), false), ("web", Some("web:2"), true)]);
    let scaling = Patch::Merge(json!({"spec": {"replicas": 3}}));
    deployments.patch_scale("web", &PatchParams::default(), &scaling).await?;
    assert_eq!(
        deployments.get_scale("web").await?.spec.and_then(|spec| spec.replicas),
        Some(3)
    );
    let status = refused(
        deployments.create(&PostParams::default(), &manifest("wrong", 99_999)?).await,
        422,
        reason::INVALID,
    );
    let causes = status.details.expect("no details").causes;
    assert_eq!(causes[0].field, "spec.template.spec.containers[0].ports[0].containerPort");
    println!("workload: created, patched, scaled, refused");
    Ok(())
}

/// Watches of kube-runtime, which start by a list or by a watch that sends what there is; and the API's own.
pub async fn watches(client: &Client) -> Outcome {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), NAMESPACE);
    let metadata: Api<PartialObjectMeta<ConfigMap>> = Api::namespaced(client.clone(), NAMESPACE);
    for (streaming, page) in [(false, None), (false, Some(1)), (true, None)] {
        maps.create(&PostParams::default(), &config_map("there", "a")).await?;
        maps.create(&PostParams::default(), &config_map("there-too", "a")).await?;
        let mut config = watcher::Config::default().labels("of=rust");
        config.page_size = page.or(config.page_size);
        if streaming {
            config = watcher::Config::default().labels("of=rust").streaming_lists();
        }
        let mut watch = watcher(maps.clone(), config.clone()).boxed();
        let mut of_metadata = watcher(metadata.clone(), config).boxed();
        let begin = ["Init", "InitApply(there)", "InitApply(there-too)", "InitDone"];
        expect_events(&mut watch, &begin).await?;
        expect_events(&mut of_metadata, &begin).await?;
        let patch = Patch::Merge(json!({"data": {"a": "2"}}));
        maps.patch("there", &PatchParams::default(), &patch).await?;
        maps.create(&PostParams::default(), &config_map("new", "a")).await?;
        maps.delete("there", &DeleteParams::default()).await?;
        let unlabelled = Patch::Merge(json!({"metadata": {"labels": {"of": null}}}));
        maps.patch("new", &PatchParams::default(), &unlabelled).await?;
        let changes = ["Apply(there)", "Apply(new)", "Delete(there)", "Delete(new)"];
        expect_events(&mut watch, &changes).await?;
        expect_events(&mut of_metadata, &changes).await?;
        maps.delete("new", &DeleteParams::default()).await?;
        maps.delete("there-too", &DeleteParams::default()).await?;
    }

    let created = maps.create(&PostParams::default(), &config_map("plain", "a")).await?;
    maps.delete("plain", &DeleteParams::default()).await?;
    let version = created.resource_version().expect("no version");
    let mut watch = maps
        .watch(&WatchParams::default().fields("metadata.name=plain"), &version)
        .await?
        .boxed();
    let event = in_time("see the deletion", watch.next()).await.expect("the watch ended")?;
    assert!(
        matches!(&event, WatchEvent::Deleted(map) if map.name_any() == "plain"),
        "{event:?}"
    );
    println!("watches: by lists, by pages, by streams, of metadata");
    Ok(())
}
