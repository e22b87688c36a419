package controller

import (
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/conversion"
)

const bedGroup = "beds.clients.proa.dev"

// OldBed is version v1 of a bed, converted to and from version v2.
type OldBed struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              OldBedSpec `json:"spec,omitempty"`
	Status            BedStatus  `json:"status,omitempty"`
}

type OldBedSpec struct {
	// Size is as in 3x4.
	Size string `json:"size,omitempty"`
}

type OldBedList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []OldBed `json:"items"`
}

// Bed is version v2, which is stored.
type Bed struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              BedSpec   `json:"spec,omitempty"`
	Status            BedStatus `json:"status,omitempty"`
}

type BedSpec struct {
	Length int64 `json:"length,omitempty"`
	Width  int64 `json:"width,omitempty"`
}

type BedStatus struct {
	Sown bool `json:"sown,omitempty"`
}

type BedList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Bed `json:"items"`
}

func (*Bed) Hub() {}

func (o *OldBed) ConvertTo(hub conversion.Hub) error {
	bed := hub.(*Bed)
	bed.ObjectMeta = o.ObjectMeta
	bed.Status = o.Status
	if _, err := fmt.Sscanf(o.Spec.Size, "%dx%d", &bed.Spec.Length, &bed.Spec.Width); err != nil {
		return fmt.Errorf("size %q of bed %s is not as in 3x4", o.Spec.Size, o.Name)
	}
	return nil
}

func (o *OldBed) ConvertFrom(hub conversion.Hub) error {
	bed := hub.(*Bed)
	o.ObjectMeta = bed.ObjectMeta
	o.Status = bed.Status
	o.Spec.Size = fmt.Sprintf("%dx%d", bed.Spec.Length, bed.Spec.Width)
	return nil
}

func (o *OldBed) DeepCopyObject() runtime.Object {
	copied := *o
	o.ObjectMeta.DeepCopyInto(&copied.ObjectMeta)
	return &copied
}

func (l *OldBedList) DeepCopyObject() runtime.Object {
	copied := *l
	l.ListMeta.DeepCopyInto(&copied.ListMeta)
	copied.Items = make([]OldBed, len(l.Items))
	for i := range l.Items {
		copied.Items[i] = *l.Items[i].DeepCopyObject().(*OldBed)
	}
	return &copied
}

func (b *Bed) DeepCopyObject() runtime.Object {
	copied := *b
	b.ObjectMeta.DeepCopyInto(&copied.ObjectMeta)
	return &copied
}

func (l *BedList) DeepCopyObject() runtime.Object {
	copied := *l
	l.ListMeta.DeepCopyInto(&copied.ListMeta)
	copied.Items = make([]Bed, len(l.Items))
	for i := range l.Items {
		copied.Items[i] = *l.Items[i].DeepCopyObject().(*Bed)
	}
	return &copied
}

func addBedsToScheme(scheme *runtime.Scheme) {
	for version, types := range map[string][2]runtime.Object{"v1": {&OldBed{}, &OldBedList{}}, "v2": {&Bed{}, &BedList{}}} {
		in := schema.GroupVersion{Group: bedGroup, Version: version}
		scheme.AddKnownTypeWithName(in.WithKind("Bed"), types[0])
		scheme.AddKnownTypeWithName(in.WithKind("BedList"), types[1])
		metav1.AddToGroupVersion(scheme, in)
	}
}

// bedDefinition is the CustomResourceDefinition of beds, without the webhook that converts them: envtest adds that.
func bedDefinition() *apiextensionsv1.CustomResourceDefinition {
	number := apiextensionsv1.JSONSchemaProps{Type: "integer", Format: "int64"}
	version := func(name string, stored bool, spec map[string]apiextensionsv1.JSONSchemaProps) apiextensionsv1.CustomResourceDefinitionVersion {
		status := map[string]apiextensionsv1.JSONSchemaProps{"sown": {Type: "boolean"}}
		return apiextensionsv1.CustomResourceDefinitionVersion{
			Name: name, Served: true, Storage: stored,
			Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
				Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{
					"spec":   {Type: "object", Properties: spec},
					"status": {Type: "object", Properties: status},
				}}},
			Subresources: &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
		}
	}
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "beds." + bedGroup},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: bedGroup,
			Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{
				Plural: "beds", Singular: "bed", Kind: "Bed", ListKind: "BedList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{
				version("v1", false, map[string]apiextensionsv1.JSONSchemaProps{"size": {Type: "string"}}),
				version("v2", true, map[string]apiextensionsv1.JSONSchemaProps{"length": number, "width": number}),
			},
		},
	}
}
