// Records what Kubernetes' own implementation says of each line of expressions.txt, over the object and schema in this folder:
// what is wrong with it, the type and the most it can cost, and what an evaluation gives and costs. Run it with the modules of
// Kubernetes 1.36 (go.mod of its API server): go run main.go > expressions.tsv
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	schemacel "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apimachinery/pkg/util/version"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
)

type sizes struct{ root *apiservercel.DeclType }

func (s *sizes) EstimateSize(element checker.AstNode) *checker.SizeEstimate {
	if len(element.Path()) == 0 {
		return nil
	}
	node := s.root
	for _, name := range element.Path()[1:] {
		switch name {
		case "@items", "@values":
			node = node.ElemType
		case "@keys":
			node = node.KeyType
		default:
			field, ok := node.Fields[name]
			if !ok {
				return nil
			}
			node = field.Type
		}
		if node == nil {
			return nil
		}
	}
	return &checker.SizeEstimate{Min: 0, Max: uint64(node.MaxElements)}
}

func (s *sizes) EstimateCallCost(function, overloadID string, target *checker.AstNode, args []checker.AstNode) *checker.CallEstimate {
	return nil
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	check(err)
	return string(b)
}

func shown(v ref.Val) string {
	s := v.ConvertToType(types.StringType)
	if types.IsError(s) {
		return v.Type().TypeName()
	}
	return fmt.Sprint(s.Value())
}

func read(name string, into any) {
	data, err := os.ReadFile(name)
	check(err)
	check(utiljson.Unmarshal(data, into))
}

func main() {
	var external v1.JSONSchemaProps
	read("schema.json", &external)
	var internal apiextensions.JSONSchemaProps
	check(v1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&external, &internal, nil))
	structural, err := schema.NewStructural(&internal)
	check(err)
	var object map[string]any
	read("object.json", &object)
	declType := model.SchemaDeclType(structural, true).MaybeAssignTypeName("selfType")
	base := environment.MustBaseEnvSet(version.MajorMinor(1, 35))
	set, err := base.Extend(environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0),
		EnvOptions:        []cel.EnvOption{cel.Variable("self", declType.CelType())},
		DeclTypes:         []*apiservercel.DeclType{declType},
	})
	check(err)
	env := set.StoredExpressionsEnv()
	estimator := &library.CostEstimator{SizeEstimator: &sizes{declType}}
	self := schemacel.UnstructuredToVal(object, model.WithTypeAndObjectMeta(structural))
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		expr := lines.Text()
		ast, issues := env.Compile(expr)
		if issues != nil {
			fmt.Printf("%s\t%s\n", expr, quoted(issues.String()))
			continue
		}
		estimate, err := env.EstimateCost(ast, estimator)
		check(err)
		fmt.Printf("%s\t\t%s\t%d\t", expr, checker.FormatCELType(ast.OutputType()), estimate.Max)
		program, err := env.Program(ast, cel.CostLimit(1000000), cel.CostTracking(estimator))
		if err != nil {
			fmt.Printf("%s\t0\n", quoted("!"+err.Error()))
			continue
		}
		value, details, err := program.Eval(map[string]any{"self": self})
		if err != nil {
			fmt.Printf("%s\t%d\n", quoted("!"+err.Error()), *details.ActualCost())
		} else {
			fmt.Printf("%s\t%d\n", quoted(shown(value)), *details.ActualCost())
		}
	}
}
