package dev.proa.delivery.argo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import java.util.List;
import org.junit.jupiter.api.Test;

class MergedTemplatesTest {
    private static final AnalysisTemplateSpec ERRORS = template("""
            args:
            - name: service
            - name: port
              value: "80"
            metrics:
            - name: errors
              provider: {job: {spec: {}}}
            """);
    private static final AnalysisTemplateSpec LATENCY = template("""
            args:
            - name: service
            metrics:
            - name: latency
              provider: {job: {spec: {}}}
            dryRun:
            - metricName: lat.*
            """);

    @Test
    void mergesMetricsAndArguments() {
        MergedTemplates merged = MergedTemplates.of(List.of(ERRORS, LATENCY));
        assertThat(merged.metrics()).extracting(Metric::name).containsExactly("errors", "latency");
        AnalysisRunSpec run = merged.run(List.of(argument("service", "web")), List.of(), List.of());
        assertThat(run.args()).extracting(Argument::text).containsExactly("web", "80");
        assertThat(run.dryRun()).extracting(DryRun::metricName).containsExactly("lat.*");
    }

    @Test
    void refusesArgumentsWithoutValue() {
        assertThatThrownBy(() -> MergedTemplates.of(List.of(ERRORS)).run(List.of(), List.of(), List.of()))
                .hasMessage("args.service was not resolved");
    }

    @Test
    void refusesMetricsOfOneName() {
        assertThatThrownBy(() -> MergedTemplates.of(List.of(ERRORS, ERRORS)))
                .hasMessage("two metrics have the same name 'errors'");
    }

    @Test
    void comparesWhatIsMeasured() {
        MergedTemplates merged = MergedTemplates.of(List.of(ERRORS));
        AnalysisRunSpec run = merged.run(List.of(argument("service", "web")), List.of(), List.of());
        assertThat(MergedTemplates.same(run, run.withTerminate(true))).isTrue();
        assertThat(MergedTemplates.same(run, merged.run(List.of(argument("service", "other")), List.of(), List.of())))
                .isFalse();
    }

    private static Argument argument(String name, String text) {
        return new Argument(Yaml.decodeMap("{name: " + name + ", value: " + text + "}"));
    }

    private static AnalysisTemplateSpec template(String yaml) {
        return new AnalysisTemplateSpec(Yaml.decodeMap(yaml));
    }
}
