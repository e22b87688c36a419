package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	applyappsv1 "k8s.io/client-go/applyconfigurations/apps/v1"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	applymetav1 "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

func typedClient(ctx context.Context, config *rest.Config, traffic *recorder) {
	client, err := kubernetes.NewForConfig(config)
	must(err, "make the typed client")
	_, err = client.CoreV1().Namespaces().Create(ctx,
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	must(err, "create the namespace")
	maps := client.CoreV1().ConfigMaps(namespace)

	created, err := maps.Create(ctx, configMap("one"), metav1.CreateOptions{})
	must(err, "create a config map")
	expect(bytes.Equal(created.BinaryData["bytes"], []byte{0, 1, 0xff}), "its bytes came back as %v", created.BinaryData)
	expect(created.UID != "" && created.ResourceVersion != "", "it has no identity: %v", created.ObjectMeta)
	_, err = maps.Create(ctx, configMap("one"), metav1.CreateOptions{})
	expect(apierrors.IsAlreadyExists(err), "create it again: %v", err)

	watching, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: created.ResourceVersion, AllowWatchBookmarks: true})
	must(err, "watch config maps")
	stale := created.DeepCopy()
	created.Data["key"] = "updated"
	updated, err := maps.Update(ctx, created, metav1.UpdateOptions{})
	must(err, "update it")
	_, err = maps.Update(ctx, stale, metav1.UpdateOptions{})
	expect(apierrors.IsConflict(err), "update what changed meanwhile: %v", err)
	for _, patch := range []struct {
		kind types.PatchType
		text string
	}{
		{types.StrategicMergePatchType, `{"metadata": {"labels": {"by": "strategic"}}}`},
		{types.MergePatchType, `{"metadata": {"labels": {"by": "merge"}}}`},
		{types.JSONPatchType, `[{"op": "replace", "path": "/metadata/labels/by", "value": "json"}]`},
	} {
		_, err = maps.Patch(ctx, "one", patch.kind, []byte(patch.text), metav1.PatchOptions{})
		must(err, "patch as %s", patch.kind)
	}
	applied, err := maps.Apply(ctx, applycorev1.ConfigMap("one", namespace).WithData(map[string]string{"applied": "yes"}),
		metav1.ApplyOptions{FieldManager: "client-go"})
	must(err, "apply it")
	expect(applied.Data["key"] == "updated" && applied.Data["applied"] == "yes", "applied: %v", applied.Data)
	_, err = maps.Apply(ctx, applycorev1.ConfigMap("one", namespace).WithData(map[string]string{"key": "mine"}),
		metav1.ApplyOptions{FieldManager: "other"})
	expect(apierrors.IsConflict(err), "apply the field of another manager: %v", err)
	extracted, err := applycorev1.ExtractConfigMap(applied, "client-go")
	must(err, "extract what was applied")
	expect(len(extracted.Data) == 1, "extracted: %v", extracted.Data)
	must(maps.Delete(ctx, "one", metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(updated.UID))}), "delete it")
	_, err = maps.Get(ctx, "one", metav1.GetOptions{})
	isNotFound(err, "get what was deleted")
	expectEvents(watching, "one", watch.Modified, watch.Modified, watch.Modified, watch.Modified, watch.Modified, watch.Deleted)

	for i := range 25 {
		_, err = maps.Create(ctx, configMap(fmt.Sprintf("many-%02d", i)), metav1.CreateOptions{})
		must(err, "create many")
	}
	items, chunks := inChunks(ctx, 10, func(options metav1.ListOptions) (runtime.Object, error) {
		options.LabelSelector = "of=client-go"
		return maps.List(ctx, options)
	})
	expect(items == 25 && chunks == 3, "listed %d config maps in %d chunks", items, chunks)
	must(maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "of=client-go"}), "delete the collection")
	left, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "of=client-go"})
	must(err, "list what is left")
	expect(len(left.Items) == 0, "left: %d", len(left.Items))

	reviews(ctx, client)
	workload(ctx, client)
	expectProtobuf("typed client", traffic.take())
}

func expectEvents(watching watch.Interface, name string, expected ...watch.EventType) {
	defer watching.Stop()
	deadline := time.After(patience)
	for i := 0; i < len(expected); {
		select {
		case event, open := <-watching.ResultChan():
			expect(open, "the watch ended after %d events", i)
			if object, ok := event.Object.(metav1.Object); ok && object.GetName() == name {
				expect(event.Type == expected[i], "event %d is %s, not %s", i, event.Type, expected[i])
				i++
			}
		case <-deadline:
			fail("only %d of %d events came", i, len(expected))
		}
	}
}

// workload applies a Deployment and scales it, and creates pods that are not stored.
func workload(ctx context.Context, client kubernetes.Interface) {
	labels := map[string]string{"app": "web"}
	pod := applycorev1.PodSpec().WithContainers(applycorev1.Container().WithName("web").WithImage("busybox:e2e"))
	apply := applyappsv1.Deployment("web", namespace).WithSpec(applyappsv1.DeploymentSpec().WithReplicas(2).
		WithSelector(applymetav1.LabelSelector().WithMatchLabels(labels)).
		WithTemplate(applycorev1.PodTemplateSpec().WithLabels(labels).WithSpec(pod)))
	deployments := client.AppsV1().Deployments(namespace)
	deployment, err := deployments.Apply(ctx, apply, metav1.ApplyOptions{FieldManager: "client-go"})
	must(err, "apply a deployment")
	expect(deployment.Spec.Strategy.RollingUpdate != nil, "it has no defaults: %v", deployment.Spec.Strategy)
	scale, err := deployments.GetScale(ctx, "web", metav1.GetOptions{})
	must(err, "get its scale")
	scale.Spec.Replicas = 5
	scale, err = deployments.UpdateScale(ctx, "web", scale, metav1.UpdateOptions{})
	must(err, "update its scale")
	expect(scale.Spec.Replicas == 5, "scaled to %d", scale.Spec.Replicas)
	deployment, err = deployments.Get(ctx, "web", metav1.GetOptions{})
	must(err, "get it")
	deployment.Status.ObservedGeneration = deployment.Generation
	deployment, err = deployments.UpdateStatus(ctx, deployment, metav1.UpdateOptions{})
	must(err, "update its status")
	expect(deployment.Status.ObservedGeneration == 2, "observed generation %d", deployment.Status.ObservedGeneration)

	pods := client.CoreV1().Pods(namespace)
	one := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{GenerateName: "pod-"},
		Spec: corev1.PodSpec{ServiceAccountName: "robot", Containers: []corev1.Container{{Name: "c", Image: "busybox:e2e"}}}}
	created, err := pods.Create(ctx, one, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	must(err, "create a pod dry")
	_, err = pods.Get(ctx, created.Name, metav1.GetOptions{})
	isNotFound(err, "get what was created dry")
	one.Spec.Containers[0].Name = "No"
	_, err = pods.Create(ctx, one, metav1.CreateOptions{})
	expect(apierrors.IsInvalid(err), "create an invalid pod: %v", err)
	cause, found := apierrors.StatusCause(err, metav1.CauseTypeFieldValueInvalid)
	expect(found && cause.Field == "spec.containers[0].name", "the cause is %v", cause)
}

func reviews(ctx context.Context, client kubernetes.Interface) {
	_, err := client.CoreV1().ServiceAccounts(namespace).Create(ctx,
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "robot"}}, metav1.CreateOptions{})
	must(err, "create a service account")
	token, err := client.CoreV1().ServiceAccounts(namespace).CreateToken(ctx, "robot",
		&authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	must(err, "request a token")
	review, err := client.AuthenticationV1().TokenReviews().Create(ctx,
		&authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: token.Status.Token}}, metav1.CreateOptions{})
	must(err, "review the token")
	expect(review.Status.User.Username == "system:serviceaccount:"+namespace+":robot", "the token is of %v", review.Status)
	access, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authorizationv1.SelfSubjectAccessReview{
		Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{
			Verb: "delete", Resource: "pods", Namespace: namespace}}}, metav1.CreateOptions{})
	must(err, "review access")
	expect(access.Status.Allowed, "the administrator may not: %v", access.Status)
}

func informer(ctx context.Context, config *rest.Config, traffic *recorder) {
	client, err := kubernetes.NewForConfig(config)
	must(err, "make the typed client")
	maps := client.CoreV1().ConfigMaps(namespace)
	_, err = maps.Create(ctx, configMap("before"), metav1.CreateOptions{})
	must(err, "create what the informer finds")
	traffic.take()

	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
	shared := factory.Core().V1().ConfigMaps()
	events := make(chan string, 100)
	_, err = shared.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(added any) { events <- "add " + added.(*corev1.ConfigMap).Name },
		UpdateFunc: func(_, after any) { events <- "update " + after.(*corev1.ConfigMap).Name },
		DeleteFunc: func(deleted any) { events <- "delete " + deleted.(*corev1.ConfigMap).Name },
	})
	must(err, "add a handler")
	factory.Start(ctx.Done())
	for informer, synced := range factory.WaitForCacheSync(ctx.Done()) {
		expect(synced, "the informer of %v is not synced", informer)
	}
	awaitEvent(events, "add before")
	watched := false
	for _, e := range traffic.take() {
		watched = watched || bytes.Contains([]byte(e.query), []byte("sendInitialEvents=true"))
	}
	expect(watched, "the informer did not use a watch list")
	_, err = maps.Create(ctx, configMap("after"), metav1.CreateOptions{})
	must(err, "create what the informer sees")
	awaitEvent(events, "add after")
	_, err = maps.Patch(ctx, "after", types.MergePatchType, []byte(`{"data": {"key": null}}`), metav1.PatchOptions{})
	must(err, "patch it")
	awaitEvent(events, "update after")
	must(maps.Delete(ctx, "after", metav1.DeleteOptions{}), "delete it")
	awaitEvent(events, "delete after")
	_, err = shared.Lister().ConfigMaps(namespace).Get("before")
	must(err, "find it in the cache")
	expectProtobuf("informer", traffic.take())
}

func awaitEvent(events <-chan string, expected string) {
	deadline := time.After(patience)
	for {
		select {
		case event := <-events:
			if event == expected {
				return
			}
		case <-deadline:
			fail("no event %q", expected)
		}
	}
}

func metadataClient(ctx context.Context, config *rest.Config) {
	client, err := metadata.NewForConfig(config)
	must(err, "make the metadata client")
	maps := client.Resource(corev1.SchemeGroupVersion.WithResource("configmaps")).Namespace(namespace)
	one, err := maps.Get(ctx, "before", metav1.GetOptions{})
	must(err, "get metadata")
	expect(one.Labels["of"] == "client-go", "labels: %v", one.Labels)
	expect(one.Kind == "PartialObjectMetadata" || one.Kind == "", "kind %q", one.Kind)
	list, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "of=client-go"})
	must(err, "list metadata")
	expect(len(list.Items) == 1, "listed %d", len(list.Items))
	watching, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion})
	must(err, "watch metadata")
	must(maps.Delete(ctx, "before", metav1.DeleteOptions{}), "delete by the metadata client")
	expectEvents(watching, "before", watch.Deleted)
	fmt.Println("metadata client: got, listed, watched, deleted")
}

func leaderElection(ctx context.Context, config *rest.Config) {
	client, err := kubernetes.NewForConfig(config)
	must(err, "make the typed client")
	lock, err := resourcelock.New(resourcelock.LeasesResourceLock, namespace, "leader",
		client.CoreV1(), client.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: "me"})
	must(err, "make the lock")
	own, cancel := context.WithCancel(ctx)
	elected := make(chan struct{})
	ended := make(chan struct{})
	go leaderelection.RunOrDie(own, leaderelection.LeaderElectionConfig{
		Lock: lock, LeaseDuration: 15 * time.Second, RenewDeadline: 10 * time.Second, RetryPeriod: time.Second,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { close(elected) },
			OnStoppedLeading: func() { close(ended) },
		},
	})
	select {
	case <-elected:
	case <-time.After(patience):
		fail("nobody was elected")
	}
	lease, err := client.CoordinationV1().Leases(namespace).Get(ctx, "leader", metav1.GetOptions{})
	must(err, "get the lease")
	expect(lease.Spec.HolderIdentity != nil && *lease.Spec.HolderIdentity == "me", "the lease is of %v", lease.Spec.HolderIdentity)
	cancel()
	<-ended
	fmt.Println("leader election: elected")
}
