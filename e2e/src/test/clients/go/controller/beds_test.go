package controller

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

// TestBeds uses a kind in two versions, between which a webhook converts.
func TestBeds(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	ctrl.SetLogger(zap.New())
	scheme := runtime.NewScheme()
	must(t, clientgoscheme.AddToScheme(scheme))
	must(t, apiextensionsv1.AddToScheme(scheme))
	addBedsToScheme(scheme)
	existing := true
	environment := &envtest.Environment{
		UseExistingCluster: &existing,
		Scheme:             scheme,
		CRDInstallOptions:  envtest.CRDInstallOptions{CRDs: []*apiextensionsv1.CustomResourceDefinition{bedDefinition()}},
	}
	config, err := environment.Start()
	must(t, err)
	defer func() { must(t, environment.Stop()) }()
	own := &environment.WebhookInstallOptions
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:  scheme,
		Metrics: server.Options{BindAddress: "0"},
		WebhookServer: webhook.NewServer(webhook.Options{
			Host: own.LocalServingHost, Port: own.LocalServingPort, CertDir: own.LocalServingCertDir}),
	})
	must(t, err)
	must(t, ctrl.NewWebhookManagedBy(manager, &Bed{}).Complete())
	go func() {
		if err := manager.Start(ctx); err != nil {
			t.Errorf("the manager ended: %v", err)
		}
	}()
	started := manager.GetWebhookServer().StartedChecker()
	await(t, ctx, func() bool { return started(nil) == nil })
	direct, err := client.New(config, client.Options{Scheme: scheme})
	must(t, err)
	must(t, direct.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "beds"}}))

	bedsAreConverted(t, ctx, direct)
	bedsAreApplied(t, ctx, direct)
	bedsAreCached(t, ctx, direct, manager.GetClient())
	definition := &apiextensionsv1.CustomResourceDefinition{}
	must(t, direct.Get(ctx, client.ObjectKey{Name: "beds." + bedGroup}, definition))
	if !slices.Equal(definition.Status.StoredVersions, []string{"v2"}) {
		t.Fatalf("stored are %v", definition.Status.StoredVersions)
	}
}

func named(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: "beds"}
}

func bedsAreConverted(t *testing.T, ctx context.Context, direct client.Client) {
	old := &OldBed{ObjectMeta: named("one"), Spec: OldBedSpec{Size: "3x4"}}
	must(t, direct.Create(ctx, old))
	if old.Spec.Size != "3x4" || old.UID == "" {
		t.Fatalf("it was created as %+v", old)
	}
	bed := &Bed{}
	must(t, direct.Get(ctx, client.ObjectKeyFromObject(old), bed))
	if bed.Spec != (BedSpec{3, 4}) || bed.UID != old.UID {
		t.Fatalf("it was converted to %+v", bed)
	}
	bed.Spec.Length = 5
	must(t, direct.Update(ctx, bed))
	if err := direct.Update(ctx, old); !apierrors.IsConflict(err) {
		t.Fatalf("an update of what has changed in another version: %v", err)
	}
	must(t, direct.Get(ctx, client.ObjectKeyFromObject(old), old))
	if old.Spec.Size != "5x4" || old.ResourceVersion != bed.ResourceVersion || old.Generation != 2 {
		t.Fatalf("it was converted back to %+v", old)
	}
	before := old.DeepCopyObject().(*OldBed)
	old.Spec.Size = "5x6"
	must(t, direct.Patch(ctx, old, client.MergeFrom(before)))
	before = old.DeepCopyObject().(*OldBed)
	old.Status.Sown = true
	old.Spec.Size = "9x9" // which a patch of the status does not change
	must(t, direct.Status().Patch(ctx, old, client.MergeFrom(before)))
	must(t, direct.Get(ctx, client.ObjectKeyFromObject(bed), bed))
	if bed.Spec != (BedSpec{5, 6}) || !bed.Status.Sown {
		t.Fatalf("after patches of the other version it is %+v", bed)
	}

	err := direct.Create(ctx, &OldBed{ObjectMeta: named("wrong"), Spec: OldBedSpec{Size: "round"}})
	if err == nil || !strings.Contains(err.Error(), "conversion webhook for "+bedGroup+"/v1, Kind=Bed failed") ||
		!strings.Contains(err.Error(), `size "round" of bed wrong is not as in 3x4`) {
		t.Fatalf("what cannot be converted: %v", err)
	}
}

// bedsAreApplied has one manager apply in v1 and another in v2: each is told of conflicts by the fields that the other applied.
func bedsAreApplied(t *testing.T, ctx context.Context, direct client.Client) {
	apply := func(version, manager string, spec map[string]any, options ...client.ApplyOption) error {
		object := &unstructured.Unstructured{Object: map[string]any{"apiVersion": bedGroup + "/" + version, "kind": "Bed",
			"metadata": map[string]any{"name": "applied", "namespace": "beds"}, "spec": spec}}
		return direct.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), append(options, client.FieldOwner(manager))...)
	}
	must(t, apply("v1", "first", map[string]any{"size": "1x2"}))
	err := apply("v2", "second", map[string]any{"length": int64(3)})
	if !apierrors.IsConflict(err) || !strings.Contains(err.Error(), `conflict with "first": .spec.size`) {
		t.Fatalf("applied by another manager in another version: %v", err)
	}
	must(t, apply("v2", "second", map[string]any{"length": int64(3)}, client.ForceOwnership))
	bed := &Bed{}
	must(t, direct.Get(ctx, client.ObjectKey{Namespace: "beds", Name: "applied"}, bed))
	if bed.Spec != (BedSpec{3, 2}) {
		t.Fatalf("it was applied as %+v", bed.Spec)
	}
	err = apply("v1", "first", map[string]any{"size": "4x2"})
	if !apierrors.IsConflict(err) || !strings.Contains(err.Error(), `conflict with "second": .spec.length`) {
		t.Fatalf("applied by the first again: %v", err)
	}
}

// bedsAreCached has informers of both versions follow.
func bedsAreCached(t *testing.T, ctx context.Context, direct, cached client.Client) {
	lengths := func() (found []int64) {
		var list BedList
		must(t, cached.List(ctx, &list, client.InNamespace("beds")))
		for _, bed := range list.Items {
			found = append(found, bed.Spec.Length)
		}
		slices.Sort(found)
		return found
	}
	sizes := func() (found []string) {
		var list OldBedList
		must(t, cached.List(ctx, &list, client.InNamespace("beds")))
		for _, bed := range list.Items {
			found = append(found, bed.Spec.Size)
		}
		slices.Sort(found)
		return found
	}
	await(t, ctx, func() bool {
		return slices.Equal(lengths(), []int64{3, 5}) && slices.Equal(sizes(), []string{"3x2", "5x6"})
	})
	must(t, direct.Create(ctx, &OldBed{ObjectMeta: named("late"), Spec: OldBedSpec{Size: "7x8"}}))
	must(t, direct.Delete(ctx, &Bed{ObjectMeta: named("one")}))
	await(t, ctx, func() bool {
		return slices.Equal(lengths(), []int64{3, 7}) && slices.Equal(sizes(), []string{"3x2", "7x8"})
	})
}
