//! A custom resource, defined by a type, and a controller for it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::{FutureExt, StreamExt, channel::oneshot};
use k8s_openapi::{api::core::v1::ConfigMap, apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition};
use kube::{
    Api, Client, CustomResource, CustomResourceExt, KubeSchema, Resource, ResourceExt,
    api::{ApiResource, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams},
    core::response::reason,
    discovery::Discovery,
    runtime::{
        Controller,
        controller::Action,
        finalizer::{self, finalizer},
        wait::{await_condition, conditions},
        watcher,
    },
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{NAMESPACE, Outcome, in_time, named, refused};

const FINALIZER: &str = "rust.clients.proa.dev/cool-down";
const MANAGER: &str = "kilns";

/// What is wanted of a kiln.
#[derive(CustomResource, KubeSchema, Clone, Debug, Deserialize, Serialize)]
#[kube(
    group = "rust.clients.proa.dev",
    version = "v1",
    kind = "Kiln",
    status = "KilnStatus",
    namespaced
)]
#[kube(shortname = "kn", category = "pottery", selectable = ".spec.glaze")]
#[kube(printcolumn(name = "Pots", type_ = "integer", json_path = ".spec.pots"))]
#[kube(scale(spec_replicas_path = ".spec.pots", status_replicas_path = ".status.fired"))]
#[x_kube(validation = Rule::new("self.glaze != 'celadon' || self.pots <= 10").message("too many pots for celadon"))]
#[serde(rename_all = "camelCase")]
pub struct KilnSpec {
    #[schemars(range(min = 1, max = 100))]
    pots: i32,
    #[serde(default = "clear")]
    glaze: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fired_by: Option<Fuel>,
}

fn clear() -> String {
    "clear".into()
}

#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
enum Fuel {
    Gas,
    Wood,
}

/// What is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KilnStatus {
    fired: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_generation: Option<i64>,
}

fn kiln(name: &str, pots: i32) -> Kiln {
    let spec = KilnSpec {
        pots,
        glaze: clear(),
        fired_by: Some(Fuel::Wood),
    };
    Kiln::new(name, spec)
}

fn fired(kiln: &Kiln) -> i32 {
    kiln.status.as_ref().map_or(0, |status| status.fired)
}

pub async fn resources(client: &Client) -> Outcome {
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    definitions
        .patch(Kiln::crd_name(), &PatchParams::apply(MANAGER), &Patch::Apply(Kiln::crd()))
        .await?;
    let established = await_condition(definitions, Kiln::crd_name(), conditions::is_crd_established());
    in_time("establish the definition", established).await?;
    let discovered = Discovery::new(client.clone())
        .filter(&["rust.clients.proa.dev"])
        .run()
        .await?;
    let group = discovered.get("rust.clients.proa.dev").expect("it is not discovered");
    let (resource, capabilities) = group.recommended_kind("Kiln").expect("its kind is not discovered");
    assert_eq!(resource, ApiResource::erase::<Kiln>(&()));
    assert_eq!(capabilities.subresources.len(), 2);

    let kilns: Api<Kiln> = Api::namespaced(client.clone(), NAMESPACE);
    let creating = PostParams::default();
    let raw: Api<DynamicObject> = Api::namespaced_with(client.clone(), NAMESPACE, &resource);
    let minimal = DynamicObject::new("small", &resource).data(json!({"spec": {"pots": 2}}));
    assert_eq!(raw.create(&creating, &minimal).await?.data["spec"]["glaze"], "clear");
    let status = refused(kilns.create(&creating, &kiln("none", 101)).await, 422, reason::INVALID);
    assert_eq!(status.details.expect("no details").causes[0].field, "spec.pots");
    let mut green = kiln("green", 11);
    green.spec.glaze = "celadon".into();
    let status = refused(kilns.create(&creating, &green).await, 422, reason::INVALID);
    assert!(status.message.contains("too many pots for celadon"), "{}", status.message);
    green.spec.pots = 10;
    kilns.create(&creating, &green).await?;
    let selected = kilns.list(&ListParams::default().fields("spec.glaze=celadon")).await?;
    assert_eq!(selected.iter().map(ResourceExt::name_any).collect::<Vec<_>>(), ["green"]);

    let mut small = kilns.get("small").await?;
    small.spec.pots = 50;
    small.status = Some(KilnStatus {
        fired: 1,
        observed_generation: None,
    });
    let small = kilns.replace_status("small", &creating, &small).await?;
    assert_eq!((small.spec.pots, fired(&small)), (2, 1));
    let both = Patch::Merge(json!({"spec": {"pots": 3}, "status": {"fired": 9}}));
    let small = kilns.patch("small", &PatchParams::default(), &both).await?;
    assert_eq!((small.spec.pots, fired(&small), small.metadata.generation), (3, 1, Some(2)));
    let strategic = Patch::Strategic(json!({"spec": {"pots": 4}}));
    let result = kilns.patch("small", &PatchParams::default(), &strategic).await;
    refused(result, 415, reason::UNSUPPORTED_MEDIA_TYPE);
    let scaling = Patch::Merge(json!({"spec": {"replicas": 5}}));
    let scale = kilns.patch_scale("small", &PatchParams::default(), &scaling).await?;
    assert_eq!(scale.status.map(|status| status.replicas), Some(1));
    let apply = |pots| Patch::Apply(kiln("small", pots));
    let result = kilns.patch("small", &PatchParams::apply("another"), &apply(6)).await;
    let causes = refused(result, 409, reason::CONFLICT).details.expect("no details").causes;
    assert!(causes.iter().any(|cause| cause.field == ".spec.pots"), "{causes:?}");
    let small = kilns
        .patch("small", &PatchParams::apply("another").force(), &apply(6))
        .await?;
    assert_eq!(small.spec.pots, 6);
    kilns
        .delete_collection(&DeleteParams::default(), &ListParams::default())
        .await?;
    println!("custom resources: defined, discovered, validated, selected, scaled, applied");
    Ok(())
}

/// Gives each kiln a ConfigMap that it owns, a status and a finalizer.
async fn reconcile(kiln: Arc<Kiln>, client: Arc<Client>) -> Result<Action, finalizer::Error<kube::Error>> {
    let namespace = kiln.namespace().unwrap_or_default();
    let kilns: Api<Kiln> = Api::namespaced((*client).clone(), &namespace);
    let maps: Api<ConfigMap> = Api::namespaced((*client).clone(), &namespace);
    finalizer(&kilns, FINALIZER, kiln, |event| async {
        match event {
            finalizer::Event::Apply(kiln) => fire(kiln, &kilns, &maps).await,
            finalizer::Event::Cleanup(kiln) => cool_down(kiln, &maps).await,
        }
    })
    .await
}

async fn cool_down(kiln: Arc<Kiln>, maps: &Api<ConfigMap>) -> kube::Result<Action> {
    match maps.delete(&kiln.name_any(), &DeleteParams::default()).await {
        Err(kube::Error::Api(status)) if status.is_not_found() => Ok(Action::await_change()),
        deleted => deleted.map(|_| Action::await_change()),
    }
}

async fn fire(kiln: Arc<Kiln>, kilns: &Api<Kiln>, maps: &Api<ConfigMap>) -> kube::Result<Action> {
    let name = kiln.name_any();
    let mut map = ConfigMap {
        metadata: named(&name),
        data: Some(BTreeMap::from([("pots".into(), kiln.spec.pots.to_string())])),
        ..ConfigMap::default()
    };
    map.metadata.owner_references = kiln.controller_owner_ref(&()).map(|owner| vec![owner]);
    let applying = PatchParams::apply(MANAGER).force();
    maps.patch(&name, &applying, &Patch::Apply(map)).await?;
    let status = KilnStatus {
        fired: kiln.spec.pots,
        observed_generation: kiln.metadata.generation,
    };
    let applied = json!({"apiVersion": Kiln::api_version(&()), "kind": Kiln::kind(&()), "status": status});
    kilns.patch_status(&name, &applying, &Patch::Apply(applied)).await?;
    Ok(Action::requeue(Duration::from_secs(300)))
}

pub async fn controller(client: &Client) -> Outcome {
    let kilns: Api<Kiln> = Api::namespaced(client.clone(), NAMESPACE);
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), NAMESPACE);
    let (stop, stopped) = oneshot::channel::<()>();
    let running = Controller::new(kilns.clone(), watcher::Config::default().streaming_lists())
        .owns(maps.clone(), watcher::Config::default())
        .graceful_shutdown_on(stopped.map(|_| ()))
        .run(
            reconcile,
            |_, _, _| Action::requeue(Duration::from_millis(100)),
            Arc::new(client.clone()),
        )
        .for_each(|_| async {});
    let running = tokio::spawn(running);

    let is_fired = |pots: i32| move |kiln: Option<&Kiln>| kiln.is_some_and(|kiln| fired(kiln) == pots);
    kilns.create(&PostParams::default(), &kiln("large", 7)).await?;
    in_time("fire pots", await_condition(kilns.clone(), "large", is_fired(7))).await?;
    let large = kilns.get("large").await?;
    assert_eq!(large.finalizers(), [FINALIZER]);
    let map = maps.get("large").await?;
    let owner = &map.owner_references()[0];
    assert_eq!(
        (owner.kind.as_str(), Some(&owner.uid), owner.controller),
        ("Kiln", large.uid().as_ref(), Some(true))
    );

    let more = Patch::Merge(json!({"spec": {"pots": 8}}));
    kilns.patch("large", &PatchParams::default(), &more).await?;
    in_time("fire more pots", await_condition(kilns.clone(), "large", is_fired(8))).await?;
    maps.delete("large", &DeleteParams::default()).await?;
    let again = |map: Option<&ConfigMap>| map.is_some_and(|map| map.data.as_ref().is_some_and(|data| data["pots"] == "8"));
    in_time("make it again", await_condition(maps.clone(), "large", again)).await?;
    let uid = large.uid().expect("no uid");
    let deleting = kilns
        .delete("large", &DeleteParams::default())
        .await?
        .left()
        .expect("it is deleted at once");
    assert!(deleting.metadata.deletion_timestamp.is_some());
    in_time("delete it", await_condition(kilns, "large", conditions::is_deleted(&uid))).await?;
    assert!(maps.get_opt("large").await?.is_none());
    let _ = stop.send(());
    in_time("stop the controller", running).await?;
    println!("controller: reconciled, owned, finalized");
    Ok(())
}
