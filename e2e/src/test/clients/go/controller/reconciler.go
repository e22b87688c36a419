package controller

import (
	"context"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

const finalizer = "garden.clients.proa.dev/dig-over"

type reconciler struct {
	client.Client
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	garden := &Garden{}
	if err := r.Get(ctx, request.NamespacedName, garden); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	plan := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: garden.Name + "-plan", Namespace: garden.Namespace}}
	if !garden.DeletionTimestamp.IsZero() {
		if err := client.IgnoreNotFound(r.Delete(ctx, plan)); err != nil {
			return ctrl.Result{}, err
		}
		before := garden.DeepCopyObject().(*Garden)
		controllerutil.RemoveFinalizer(garden, finalizer)
		return ctrl.Result{}, client.IgnoreNotFound(r.Patch(ctx, garden, client.MergeFrom(before)))
	}
	if controllerutil.AddFinalizer(garden, finalizer) {
		return ctrl.Result{}, r.Update(ctx, garden)
	}
	_, err := controllerutil.CreateOrUpdate(ctx, r.Client, plan, func() error {
		plan.Data = map[string]string{"flowers": strconv.FormatInt(garden.Spec.Flowers, 10), "soil": garden.Spec.Soil}
		return controllerutil.SetControllerReference(garden, plan, r.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	before := garden.DeepCopyObject().(*Garden)
	garden.Status = GardenStatus{Planted: garden.Spec.Flowers, ObservedGeneration: garden.Generation}
	return ctrl.Result{}, r.Status().Patch(ctx, garden, client.MergeFrom(before))
}

func (r *reconciler) setUp(manager ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(manager).For(&Garden{}).Owns(&corev1.ConfigMap{}).Complete(r)
}

// webhooks gives gardens defaults and refuses negative numbers of flowers.
type webhooks struct{}

func (webhooks) Default(_ context.Context, garden *Garden) error {
	if garden.Spec.Soil == "" {
		garden.Spec.Soil = "loam"
	}
	return nil
}

func (webhooks) ValidateCreate(_ context.Context, garden *Garden) (admission.Warnings, error) {
	return check(garden)
}

func (webhooks) ValidateUpdate(_ context.Context, before, garden *Garden) (admission.Warnings, error) {
	return check(garden)
}

func (webhooks) ValidateDelete(_ context.Context, garden *Garden) (admission.Warnings, error) {
	if garden.Spec.Soil == "protected" {
		return nil, fmt.Errorf("%s is protected", garden.Name)
	}
	return nil, nil
}

func check(garden *Garden) (admission.Warnings, error) {
	if garden.Spec.Flowers < 0 {
		return nil, fmt.Errorf("a garden cannot have %d flowers", garden.Spec.Flowers)
	}
	return nil, nil
}
