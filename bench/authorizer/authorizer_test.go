// Package authorizer measures Kubernetes' own RBAC authorizer, with its listers, among 1,000 bindings. AuthorizerWork measures Proa's
// with the same roles, bindings and requests.
package authorizer

import (
	"context"
	"fmt"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	listers "k8s.io/client-go/listers/rbac/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy"
)

const bindings = 1000

func indexer() cache.Indexer {
	return cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
}

func must(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}

func server(b *testing.B) *rbac.RBACAuthorizer {
	roles, roleBindings, clusterRoles, clusterRoleBindings := indexer(), indexer(), indexer(), indexer()
	for _, role := range bootstrappolicy.ClusterRoles() {
		must(b, clusterRoles.Add(&role))
	}
	for _, binding := range bootstrappolicy.ClusterRoleBindings() {
		must(b, clusterRoleBindings.Add(&binding))
	}
	for i := range bindings {
		name := fmt.Sprintf("team-%d", i)
		must(b, roles.Add(&rbacv1.Role{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shared", Name: name},
			Rules: []rbacv1.PolicyRule{
				{Verbs: []string{"get", "list", "watch"}, APIGroups: []string{""}, Resources: []string{"configmaps", "services"}},
				{Verbs: []string{"*"}, APIGroups: []string{"apps"}, Resources: []string{"deployments"}},
				{Verbs: []string{"get", "list"}, APIGroups: []string{""}, Resources: []string{"pods", "pods/log"}},
			},
		}))
		must(b, roleBindings.Add(&rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shared", Name: name},
			RoleRef:    rbacv1.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: "Role", Name: name},
			Subjects:   []rbacv1.Subject{{APIGroup: "rbac.authorization.k8s.io", Kind: "User", Name: fmt.Sprintf("user-%d", i)}},
		}))
	}
	return rbac.New(
		&rbac.RoleGetter{Lister: listers.NewRoleLister(roles)},
		&rbac.RoleBindingLister{Lister: listers.NewRoleBindingLister(roleBindings)},
		&rbac.ClusterRoleGetter{Lister: listers.NewClusterRoleLister(clusterRoles)},
		&rbac.ClusterRoleBindingLister{Lister: listers.NewClusterRoleBindingLister(clusterRoleBindings)})
}

func measure(b *testing.B, verb, resource string, expected authorizer.Decision) {
	authorizer := server(b)
	users := make([]user.Info, bindings)
	for i := range users {
		users[i] = &user.DefaultInfo{Name: fmt.Sprintf("user-%d", i), Groups: []string{"team", "system:authenticated"}}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		decision, _, _ := authorizer.Authorize(context.Background(), attributes(users[i%bindings], verb, resource))
		if decision != expected {
			b.Fatalf("%v instead of %v", decision, expected)
		}
	}
}

func attributes(user user.Info, verb, resource string) authorizer.Attributes {
	return authorizer.AttributesRecord{
		User: user, Verb: verb, Namespace: "shared", APIVersion: "v1", Resource: resource, Name: "web", ResourceRequest: true,
	}
}

func BenchmarkAllowed(b *testing.B) { measure(b, "get", "pods", authorizer.DecisionAllow) }

func BenchmarkNoOpinion(b *testing.B) { measure(b, "delete", "secrets", authorizer.DecisionNoOpinion) }
