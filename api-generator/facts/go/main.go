// Command go records how Kubernetes' Go types present their fields in JSON, which no public jar and no document of the API server
// says: what is a pointer, and what is left out when it is empty. For each type of types.txt, its argument, it prints a line:
//
//	io.k8s.api.core.v1.Container	args:o	livenessProbe:p	name:z	resources:z ...
//
// p a pointer, left out when nil          q a pointer, null when nil
// o left out when zero or empty           z always there: its zero value, {} for structs, null for lists, maps and times
//
// A number after # is that of protobuf, for the types that client-java-proto lacks.
//
// With -names before its argument, it prints instead what Go's decoder calls a field when a value does not fit, where that is not
// what its JSON suggests: the names of embedded structs, and types that have a name of their own:
//
//	io.k8s.api.core.v1.Container	imagePullPolicy=|v1.PullPolicy ...
//	io.k8s.api.core.v1.Volume	nfs=VolumeSource.| ...
package main

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

var lines = map[string]string{}

func main() {
	for _, t := range scheme.Scheme.AllKnownTypes() {
		visit(t)
	}
	for _, object := range []any{apiextensions.CustomResourceDefinition{}, apiextensions.CustomResourceDefinitionList{},
		apiregistration.APIService{}, apiregistration.APIServiceList{}, metav1.Status{}, metav1.DeleteOptions{}} {
		visit(reflect.TypeOf(object))
	}
	names := []string{}
	types, err := os.ReadFile(os.Args[len(os.Args)-1])
	if err != nil {
		panic(err)
	}
	for _, line := range strings.Split(string(types), "\n") {
		name, _, _ := strings.Cut(line, "\t")
		if _, found := lines[name]; found {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, name := range names {
		if os.Args[1] != "-names" {
			fmt.Fprintln(out, name+lines[name])
		} else if called[name] != "" {
			fmt.Fprintln(out, name+called[name])
		}
	}
}

// The names of fields in errors, by type.
var called = map[string]string{}

func call(t reflect.Type, prefix string, words *[]string) {
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.IsExported() || tag == "-" {
			continue
		}
		if tag == "" {
			if field.Type.Kind() == reflect.Struct {
				call(field.Type, prefix+field.Name+".", words)
			}
			continue
		}
		name := ""
		if bare := bare(field.Type); named(bare) {
			name = bare.String()
		}
		if prefix != "" || name != "" {
			*words = append(*words, "\t"+tag+"="+prefix+"|"+name)
		}
	}
}

func bare(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// Whether a type, or one that it is made of, has a name and is no struct.
func named(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Interface:
		return false
	case reflect.Slice:
		return t.PkgPath() != "" || named(bare(t.Elem()))
	case reflect.Map:
		return t.PkgPath() != "" || named(t.Key()) || named(bare(t.Elem()))
	}
	return t.PkgPath() != ""
}

func fullName(t reflect.Type) string {
	host, path, _ := strings.Cut(t.PkgPath(), "/")
	parts := strings.Split(host, ".")
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, ".") + "." + strings.ReplaceAll(path, "/", ".") + "." + t.Name()
}

func visit(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		visit(t.Elem())
	case reflect.Struct:
		name := fullName(t)
		if _, done := lines[name]; done || !strings.HasPrefix(name, "io.k8s.") {
			return
		}
		lines[name] = ""
		fields := map[string]string{}
		collect(t, fields)
		words := []string{}
		for field, mode := range fields {
			words = append(words, "\t"+field+":"+mode)
		}
		sort.Strings(words)
		lines[name] = strings.Join(words, "")
		words = []string{}
		call(t, "", &words)
		sort.Strings(words)
		called[name] = strings.Join(words, "")
	}
}

func collect(t reflect.Type, fields map[string]string) {
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		tag := strings.Split(field.Tag.Get("json"), ",")
		if !field.IsExported() || tag[0] == "-" {
			continue
		}
		if field.Type.Kind() != reflect.Struct && tag[0] == "" {
			continue
		}
		if tag[0] == "" {
			collect(field.Type, fields)
			continue
		}
		visit(field.Type)
		fields[tag[0]] = mode(field.Type, tag[1:])
		if strings.Contains(t.PkgPath(), "kube-aggregator") {
			if proto := strings.Split(field.Tag.Get("protobuf"), ","); len(proto) > 1 {
				fields[tag[0]] += "#" + proto[1]
			}
		}
	}
}

func mode(t reflect.Type, options []string) string {
	omitEmpty, omitZero := false, false
	for _, option := range options {
		omitEmpty = omitEmpty || option == "omitempty"
		omitZero = omitZero || option == "omitzero"
	}
	switch {
	case t.Kind() == reflect.Pointer && (omitEmpty || omitZero):
		return "p"
	case t.Kind() == reflect.Pointer:
		return "q"
	case t.Kind() == reflect.Struct && !omitZero:
		return "z"
	case omitEmpty || omitZero:
		return "o"
	}
	return "z"
}
