package controller

import (
	"context"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

const patience = time.Minute

// TestGardens runs the controller by envtest on the cluster of KUBECONFIG.
func TestGardens(t *testing.T) {
	ctx, cancel := context.WithTimeout(ctrl.SetupSignalHandler(), 3*time.Minute)
	defer cancel()
	ctrl.SetLogger(zap.New())
	existing := true
	environment := &envtest.Environment{
		UseExistingCluster:       &existing,
		CRDInstallOptions:        envtest.CRDInstallOptions{CRDs: []*apiextensionsv1.CustomResourceDefinition{definition()}},
		WebhookInstallOptions:    hooks(),
		AttachControlPlaneOutput: true,
	}
	config, err := environment.Start()
	must(t, err)
	defer func() { must(t, environment.Stop()) }()
	manager := startManager(t, ctx, environment, func(options ctrl.Options) (ctrl.Manager, error) {
		return ctrl.NewManager(config, options)
	})
	direct, err := client.New(config, client.Options{Scheme: manager.GetScheme()})
	must(t, err)
	must(t, direct.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "gardens"}}))

	garden := &Garden{ObjectMeta: metav1.ObjectMeta{Name: "small", Namespace: "gardens"}, Spec: GardenSpec{Flowers: 3}}
	key := client.ObjectKeyFromObject(garden)
	must(t, direct.Create(ctx, garden))
	if garden.Spec.Soil != "loam" {
		t.Fatalf("the webhook gave no default: %+v", garden.Spec)
	}
	err = direct.Create(ctx, &Garden{ObjectMeta: metav1.ObjectMeta{Name: "bad", Namespace: "gardens"}, Spec: GardenSpec{Flowers: -1}})
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "a garden cannot have -1 flowers") {
		t.Fatalf("the webhook did not refuse it: %v", err)
	}
	planted := func(flowers int64) {
		t.Helper()
		await(t, ctx, func() bool {
			must(t, direct.Get(ctx, key, garden))
			return garden.Status.Planted == flowers && garden.Status.ObservedGeneration == garden.Generation
		})
	}
	planted(3)
	plan := &corev1.ConfigMap{}
	planKey := client.ObjectKey{Namespace: "gardens", Name: "small-plan"}
	must(t, direct.Get(ctx, planKey, plan))
	owner := metav1.GetControllerOf(plan)
	if owner == nil || owner.UID != garden.UID || plan.Data["soil"] != "loam" {
		t.Fatalf("the plan is not as planned: %+v", plan)
	}

	before := garden.DeepCopyObject().(*Garden)
	garden.Spec.Flowers = 5
	must(t, direct.Patch(ctx, garden, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})))
	planted(5)
	before.Spec.Flowers = 6
	if err = direct.Update(ctx, before); !apierrors.IsConflict(err) {
		t.Fatalf("an update of what has changed: %v", err)
	}
	must(t, direct.Delete(ctx, plan))
	await(t, ctx, func() bool { // its owner is reconciled, which makes it again
		again := &corev1.ConfigMap{}
		err := direct.Get(ctx, planKey, again)
		return err == nil && again.UID != plan.UID && again.Data["flowers"] == "5"
	})

	var cached GardenList
	must(t, manager.GetClient().List(ctx, &cached, client.InNamespace("gardens")))
	if len(cached.Items) != 1 {
		t.Fatalf("the cache has %d gardens", len(cached.Items))
	}
	must(t, direct.Delete(ctx, garden))
	await(t, ctx, func() bool {
		return apierrors.IsNotFound(direct.Get(ctx, key, garden)) && apierrors.IsNotFound(direct.Get(ctx, planKey, plan))
	})
}

// hooks makes the configurations of the webhooks; envtest gives them an address and certificates.
func hooks() envtest.WebhookInstallOptions {
	rules := func(operations ...admissionv1.OperationType) []admissionv1.RuleWithOperations {
		return []admissionv1.RuleWithOperations{{Operations: operations, Rule: admissionv1.Rule{
			APIGroups: []string{groupVersion.Group}, APIVersions: []string{"v1"}, Resources: []string{"gardens"}}}}
	}
	at := func(path string) admissionv1.WebhookClientConfig {
		return admissionv1.WebhookClientConfig{Service: &admissionv1.ServiceReference{Name: "hook", Namespace: "default", Path: &path}}
	}
	fail := admissionv1.Fail
	none := admissionv1.SideEffectClassNone
	return envtest.WebhookInstallOptions{
		MutatingWebhooks: []*admissionv1.MutatingWebhookConfiguration{{
			ObjectMeta: metav1.ObjectMeta{Name: "gardens"},
			Webhooks: []admissionv1.MutatingWebhook{{Name: "mutate.garden.clients.proa.dev", FailurePolicy: &fail, SideEffects: &none,
				AdmissionReviewVersions: []string{"v1"}, Rules: rules(admissionv1.Create, admissionv1.Update),
				ClientConfig: at("/mutate-garden-clients-proa-dev-v1-garden")}},
		}},
		ValidatingWebhooks: []*admissionv1.ValidatingWebhookConfiguration{{
			ObjectMeta: metav1.ObjectMeta{Name: "gardens"},
			Webhooks: []admissionv1.ValidatingWebhook{{Name: "validate.garden.clients.proa.dev", FailurePolicy: &fail, SideEffects: &none,
				AdmissionReviewVersions: []string{"v1"}, Rules: rules(admissionv1.Create, admissionv1.Update, admissionv1.Delete),
				ClientConfig: at("/validate-garden-clients-proa-dev-v1-garden")}},
		}},
	}
}

func startManager(t *testing.T, ctx context.Context, environment *envtest.Environment, make func(ctrl.Options) (ctrl.Manager, error)) ctrl.Manager {
	scheme := runtime.NewScheme()
	must(t, clientgoscheme.AddToScheme(scheme))
	addToScheme(scheme)
	own := &environment.WebhookInstallOptions
	manager, err := make(ctrl.Options{
		Scheme:                  scheme,
		Metrics:                 server.Options{BindAddress: "0"},
		LeaderElection:          true,
		LeaderElectionID:        "gardens.clients.proa.dev",
		LeaderElectionNamespace: "default",
		WebhookServer: webhook.NewServer(webhook.Options{
			Host: own.LocalServingHost, Port: own.LocalServingPort, CertDir: own.LocalServingCertDir}),
	})
	must(t, err)
	must(t, (&reconciler{manager.GetClient()}).setUp(manager))
	must(t, ctrl.NewWebhookManagedBy(manager, &Garden{}).WithDefaulter(webhooks{}).WithValidator(webhooks{}).Complete())
	go func() {
		if err := manager.Start(ctx); err != nil {
			t.Errorf("the manager ended: %v", err)
		}
	}()
	started := manager.GetWebhookServer().StartedChecker()
	await(t, ctx, func() bool { return started(nil) == nil })
	return manager
}

func await(t *testing.T, ctx context.Context, condition func() bool) {
	t.Helper()
	must(t, wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, patience, true, func(context.Context) (bool, error) {
		return condition(), nil
	}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
