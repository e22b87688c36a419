package dev.proa.generator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.generator.TypeModel.FieldModel;
import dev.proa.generator.TypeRef.ListOf;
import dev.proa.generator.TypeRef.MapOf;
import dev.proa.generator.TypeRef.Ref;
import dev.proa.generator.TypeRef.Scalar;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ModelReaderTest {
    private static Facts facts;
    private static List<TypeModel> types;

    @BeforeAll
    static void read() throws Exception {
        facts = Facts.read(Path.of("facts"));
        types = new ModelReader(facts, new ProtoTypes()).read();
    }

    private static TypeModel type(String name) {
        return types.stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
    }

    private static FieldModel field(String type, String name) {
        return type(type).fields().stream()
                .filter(f -> f.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void joinsJarsAndFacts() {
        FieldModel ports = field("io.k8s.api.core.v1.Container", "ports");
        assertThat(ports.type()).isEqualTo(new ListOf(new Ref("io.k8s.api.core.v1.ContainerPort")));
        assertThat(ports.number()).isEqualTo("6");
        assertThat(ports.facts())
                .containsEntry("keys", "containerPort,protocol")
                .containsEntry("key", "containerPort");
        assertThat(field("io.k8s.api.core.v1.Container", "name").required()).isTrue();
        assertThat(field("io.k8s.api.core.v1.Container", "resources").presence())
                .isEqualTo("z");
        assertThat(field("io.k8s.api.core.v1.ResourceRequirements", "limits").type())
                .isEqualTo(new MapOf(Scalar.QUANTITY));
        assertThat(field("io.k8s.api.coordination.v1.LeaseSpec", "renewTime").type())
                .isEqualTo(Scalar.MICRO_TIME);
        assertThat(field("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec", "group")
                        .number())
                .isEqualTo("2");
    }

    @Test
    void knowsTheNumberOfEveryFieldThatProtobufHas() {
        List<String> without = types.stream()
                .filter(type -> !type.name().endsWith(".version.Info"))
                .flatMap(type -> type.fields().stream()
                        .filter(f -> f.number().isEmpty())
                        .filter(f -> !f.name().equals("apiVersion") && !f.name().equals("kind"))
                        .map(f -> type.name() + "." + f.name()))
                .toList();
        assertThat(without).isEmpty();
    }

    @Test
    void writesViews() {
        ViewWriter writer = new ViewWriter(types, facts);
        assertThat(writer.write(type("io.k8s.api.core.v1.EnvVar")))
                .contains("public record EnvVar(dev.proa.api.value.MapValue value) implements dev.proa.api.view.View")
                .contains("public String value_()")
                .contains("public EnvVar withValue(String to)");
        assertThat(ViewWriter.hasView(type("io.k8s.api.core.v1.PodList"))).isFalse();
        assertThat(ViewWriter.hasView(type("io.k8s.api.core.v1.Pod"))).isTrue();
    }
}
