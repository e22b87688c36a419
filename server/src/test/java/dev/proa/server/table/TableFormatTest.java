package dev.proa.server.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.Facts;
import dev.proa.server.resource.Strategies;
import dev.proa.server.resource.network.ServiceRanges;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TableFormatTest {
    private final Strategies strategies = new Strategies(new ServiceRanges("10.96.0.0/16"));

    @TestFactory
    Stream<DynamicTest> equalsTheRecordedTables() {
        return Facts.read("tables.jsonl").stream()
                .map(fact -> DynamicTest.dynamicTest(fact.string("path"), () -> compare(fact)));
    }

    private void compare(MapValue fact) {
        List<String> parts = List.of(fact.string("path").split("/"));
        String group = parts.get(1).equals("api") ? "" : parts.get(2);
        String version = group.isEmpty() ? "v1" : parts.get(3);
        TableFormat format = TableFormat.of(group, version, parts.getLast());
        MapValue answer = fact.map("answer");
        assertThat(format.columns()).isEqualTo(answer.list("columnDefinitions"));
        Instant now = Instant.parse(fact.string("now"));
        for (Object recorded : answer.list("rows")) {
            MapValue row = (MapValue) recorded;
            MapValue object =
                    strategies.of(group, version, parts.getLast(), true).toStorage(row.map("object"));
            if (object.string("kind").equals("ComponentStatus")) {
                continue; // not kept in the store; what it shows is asked of the components
            }
            // The server took its own time for ages, a moment after the recording noted the time.
            assertThat(List.of(0, 10, 50, 200, 500, 1000))
                    .anySatisfy(late -> assertThat(format.row(object, now.plus(Duration.ofMillis(late))))
                            .isEqualTo(row.without("object")));
        }
    }

    @Test
    void showsOtherKindsByNameAndTime() {
        TableFormat format = TableFormat.of("example.com", "v1", "things");
        assertThat(format.columns().map(1).string("name")).isEqualTo("Created At");
        MapValue thing = MapValue.of("metadata", MapValue.of("name", "x", "creationTimestamp", "2026-01-01T00:00:00Z"));
        assertThat(format.row(thing, Instant.EPOCH).list("cells")).isEqualTo(ListValue.of("x", "2026-01-01T00:00:00Z"));
    }

    @Test
    void saysDurationsInFewWords() {
        assertThat(Stream.of(
                                "PT-3S", "PT-0.5S", "PT119S", "PT2M", "PT9M59S", "PT100M", "PT7H30M", "PT47H", "P3DT4H",
                                "P400D", "P3650D")
                        .map(Duration::parse)
                        .map(Text::duration))
                .containsExactly(
                        "<invalid>", "0s", "119s", "2m", "9m59s", "100m", "7h30m", "47h", "3d4h", "400d", "10y");
    }
}
