// Reads an in-toto statement with SLSA provenance from standard input, as strictly as the original reads it.
package main

import (
	"fmt"
	"io"
	"os"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	statement "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

func main() {
	if err := check(os.Stdin); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func check(in io.Reader) error {
	document, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	made := &statement.Statement{}
	if err := protojson.Unmarshal(document, made); err != nil {
		return err
	}
	if err := made.Validate(); err != nil {
		return err
	}
	if made.PredicateType != "https://slsa.dev/provenance/v1" {
		return fmt.Errorf("unexpected predicate %s", made.PredicateType)
	}
	predicate, err := protojson.Marshal(made.Predicate)
	if err != nil {
		return err
	}
	how := &provenance.Provenance{}
	if err := protojson.Unmarshal(predicate, how); err != nil {
		return err
	}
	return how.Validate()
}
