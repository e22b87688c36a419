package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/yaml"
)

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.clients.proa.dev}
spec:
  group: clients.proa.dev
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat, listKind: BoatList}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.crew, statusReplicasPath: .status.aboard}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              crew: {type: integer, minimum: 1, default: 2}
              sails: {type: array, items: {type: string}, x-kubernetes-list-type: set}
          status: {type: object, properties: {aboard: {type: integer}}}
`

var boats = schema.GroupVersionResource{Group: "clients.proa.dev", Version: "v1", Resource: "boats"}

func boat(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "clients.proa.dev/v1", "kind": "Boat", "metadata": map[string]any{"name": name}}}
}

func with(object *unstructured.Unstructured, value any, path ...string) *unstructured.Unstructured {
	must(unstructured.SetNestedField(object.Object, value, path...), "set %v", path)
	return object
}

func number(object *unstructured.Unstructured, path ...string) int64 {
	value, _, err := unstructured.NestedInt64(object.Object, path...)
	must(err, "read %v", path)
	return value
}

func dynamicClient(ctx context.Context, config *rest.Config) {
	client, err := dynamic.NewForConfig(config)
	must(err, "make the dynamic client")
	define(ctx, client)
	resource := client.Resource(boats).Namespace(namespace)

	created, err := resource.Create(ctx, with(boat("one"), []any{"main"}, "spec", "sails"), metav1.CreateOptions{})
	must(err, "create a boat")
	expect(number(created, "spec", "crew") == 2, "it has no default: %v", created.Object)
	watching, err := resource.Watch(ctx, metav1.ListOptions{ResourceVersion: created.GetResourceVersion()})
	must(err, "watch boats")
	_, err = resource.Create(ctx, with(boat("none"), int64(0), "spec", "crew"), metav1.CreateOptions{})
	expect(apierrors.IsInvalid(err) && strings.Contains(err.Error(), "spec.crew"), "create an invalid boat: %v", err)
	applied, err := resource.Apply(ctx, "one", with(boat("one"), []any{"jib"}, "spec", "sails"), metav1.ApplyOptions{FieldManager: "dynamic"})
	must(err, "apply it")
	sails, _, _ := unstructured.NestedStringSlice(applied.Object, "spec", "sails")
	expect(len(sails) == 2, "the sails are %v", sails)
	_, err = resource.Patch(ctx, "one", types.MergePatchType, []byte(`{"spec": {"crew": 3}}`), metav1.PatchOptions{})
	must(err, "patch it")
	_, err = resource.Patch(ctx, "one", types.StrategicMergePatchType, []byte(`{}`), metav1.PatchOptions{})
	expect(apierrors.IsUnsupportedMediaType(err), "patch it strategically: %v", err)
	before, err := resource.Get(ctx, "one", metav1.GetOptions{})
	must(err, "get it")
	status, err := resource.UpdateStatus(ctx, with(with(before, int64(9), "spec", "crew"), int64(3), "status", "aboard"), metav1.UpdateOptions{})
	must(err, "update its status")
	expect(number(status, "spec", "crew") == 3 && number(status, "status", "aboard") == 3, "after its status: %v", status.Object)
	scale, err := resource.Get(ctx, "one", metav1.GetOptions{}, "scale")
	must(err, "get its scale")
	_, err = resource.Update(ctx, with(scale, int64(4), "spec", "replicas"), metav1.UpdateOptions{}, "scale")
	must(err, "update its scale")
	must(resource.Delete(ctx, "one", metav1.DeleteOptions{}), "delete it")
	expectEvents(watching, "one", watch.Modified, watch.Modified, watch.Modified, watch.Modified, watch.Deleted)

	for i := range 25 {
		_, err = resource.Create(ctx, boat(fmt.Sprintf("many-%02d", i)), metav1.CreateOptions{})
		must(err, "create many boats")
	}
	items, chunks := inChunks(ctx, 10, func(options metav1.ListOptions) (runtime.Object, error) {
		return resource.List(ctx, options)
	})
	expect(items == 25 && chunks == 3, "listed %d boats in %d chunks", items, chunks)
	dynamicInformer(ctx, client)
	must(resource.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{}), "delete all boats")
	fmt.Println("dynamic client: created, applied, patched, watched, listed in chunks, deleted")
}

func define(ctx context.Context, client dynamic.Interface) {
	object := &unstructured.Unstructured{}
	must(yaml.Unmarshal([]byte(definition), &object.Object), "parse the definition")
	definitions := client.Resource(schema.GroupVersionResource{
		Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	_, err := definitions.Create(ctx, object, metav1.CreateOptions{})
	must(err, "define boats")
	err = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		defined, err := definitions.Get(ctx, object.GetName(), metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		// Until there are conditions, the field is null.
		conditions, _, err := unstructured.NestedFieldNoCopy(defined.Object, "status", "conditions")
		list, _ := conditions.([]any)
		for _, each := range list {
			condition := each.(map[string]any)
			if condition["type"] == "Established" && condition["status"] == "True" {
				return true, nil
			}
		}
		return false, err
	})
	must(err, "await that boats are served")
}

func dynamicInformer(ctx context.Context, client dynamic.Interface) {
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(client, 0, namespace, nil)
	informer := factory.ForResource(boats).Informer()
	events := make(chan string, 100)
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(added any) { events <- "add " + added.(*unstructured.Unstructured).GetName() },
	})
	must(err, "add a handler")
	factory.Start(ctx.Done())
	expect(cache.WaitForCacheSync(ctx.Done(), informer.HasSynced), "the informer of boats is not synced")
	expect(len(informer.GetStore().List()) == 25, "it has %d boats", len(informer.GetStore().List()))
	_, err = client.Resource(boats).Namespace(namespace).Create(ctx, boat("seen"), metav1.CreateOptions{})
	must(err, "create what the informer sees")
	awaitEvent(events, "add seen")
}

func discoveryClient(ctx context.Context, config *rest.Config, traffic *recorder) {
	client, err := discovery.NewDiscoveryClientForConfig(config)
	must(err, "make the discovery client")
	groups, resources, err := client.ServerGroupsAndResources()
	must(err, "discover")
	expect(len(groups) > 20 && len(resources) > 20, "found %d groups and %d versions", len(groups), len(resources))
	version, err := client.ServerVersion()
	must(err, "get the version")
	expect(version.Major == "1" && version.Minor == "36", "it is version %v", version)
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client))
	mapping, err := mapper.RESTMapping(schema.GroupKind{Group: "clients.proa.dev", Kind: "Boat"})
	must(err, "map the kind of boats")
	expect(mapping.Resource == boats, "boats are %v", mapping.Resource)

	traffic.take()
	err = wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, patience, true, func(context.Context) (bool, error) {
		document, err := client.OpenAPISchema()
		if err != nil {
			return false, err
		}
		described := map[string]bool{}
		for _, each := range document.GetDefinitions().GetAdditionalProperties() {
			described[each.GetName()] = true
		}
		expect(described["io.k8s.api.core.v1.Pod"], "pods are not among %d definitions", len(described))
		expect(document.GetPaths() != nil && len(document.GetPaths().GetPath()) > 100, "too few paths")
		return described["dev.proa.clients.v1.Boat"], nil
	})
	must(err, "find boats in OpenAPI v2")
	for _, e := range traffic.take() {
		expect(strings.Contains(e.received, "protobuf"), "OpenAPI v2 was answered in %q", e.received)
	}
	paths, err := client.OpenAPIV3().Paths()
	must(err, "list OpenAPI v3")
	group, found := paths["apis/clients.proa.dev/v1"]
	expect(found, "boats are not in OpenAPI v3")
	for _, encoding := range []string{"application/json", "application/com.github.proto-openapi.spec.v3@v1.0+protobuf"} {
		document, err := group.Schema(encoding)
		must(err, "get OpenAPI v3 in %s", encoding)
		expect(strings.Contains(string(document), "dev.proa.clients.v1.Boat"), "OpenAPI v3 in %s does not describe boats", encoding)
	}
	fmt.Println("discovery: resources, version, OpenAPI v2 in protobuf, OpenAPI v3")
}
