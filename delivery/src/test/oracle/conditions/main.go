// Evaluates conditions as Argo Rollouts does: reads lines of a result in JSON, a tab and a condition, and writes each
// with what came of it: true, false, another value in JSON, or an error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
)

func asInt(in any) int64 {
	switch i := in.(type) {
	case float64:
		return int64(i)
	case int:
		return int64(i)
	case int64:
		return i
	case string:
		n, err := strconv.ParseInt(i, 10, 64)
		if err != nil {
			panic(err)
		}
		return n
	}
	panic("not supported")
}

func asFloat(in any) float64 {
	switch i := in.(type) {
	case float64:
		return i
	case int:
		return float64(i)
	case int64:
		return float64(i)
	case string:
		n, err := strconv.ParseFloat(i, 64)
		if err != nil {
			panic(err)
		}
		return n
	}
	panic("not supported")
}

func evaluate(result any, condition string) string {
	env := map[string]any{
		"result":  result,
		"asInt":   asInt,
		"asFloat": asFloat,
		"isNaN":   math.IsNaN,
		"isInf":   func(f float64) bool { return math.IsInf(f, 0) },
		"isNil":   func(any) bool { return result == nil },
		"default": func(_ any, otherwise any) any {
			if result == nil {
				return otherwise
			}
			return result
		},
	}
	program, err := expr.Compile(condition, expr.Env(env))
	if err != nil {
		return "error"
	}
	output, err := expr.Run(program, env)
	if err != nil {
		return "error"
	}
	text, err := json.Marshal(output)
	if err != nil {
		return "error"
	}
	return string(text)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		parts := strings.SplitN(lines.Text(), "\t", 3)
		var result any
		if err := json.Unmarshal([]byte(parts[0]), &result); err != nil {
			panic(err)
		}
		fmt.Printf("%s\t%s\t%s\n", parts[0], parts[1], evaluate(result, parts[1]))
	}
}
