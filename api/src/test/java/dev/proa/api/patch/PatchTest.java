package dev.proa.api.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class PatchTest {
    /** What Kubernetes 1.36.3 made of the same patches; see {@code record.py}. */
    @TestFactory
    Stream<DynamicTest> patchesAsKubernetesDoes() throws IOException {
        ListValue cases = (ListValue)
                Json.decode(PatchTest.class.getResourceAsStream("cases.json").readAllBytes());
        return IntStream.range(0, cases.size())
                .mapToObj(cases::map)
                .map(patchCase -> DynamicTest.dynamicTest(
                        patchCase.string("type") + " " + Json.toString(patchCase.get("patch")),
                        () -> check(patchCase)));
    }

    private static void check(MapValue patchCase) {
        MapValue after = patchCase.map("after");
        MapValue result;
        try {
            result = apply(patchCase.string("type"), patchCase.map("before"), patchCase.get("patch"));
        } catch (PatchException e) {
            MapValue status = e.toStatus().status();
            assertThat(status.get("message")).isEqualTo(after.get("message"));
            // Some mistakes of clients Kubernetes answers with 500; here they are what they are.
            boolean blamed = Long.valueOf(500).equals(after.get("code"));
            assertThat(status.get("code")).isEqualTo(blamed ? (Object) 400L : after.get("code"));
            assertThat(status.get("reason")).isEqualTo(blamed ? "BadRequest" : after.get("reason"));
            return;
        }
        assertThat(Json.toString(result)).isEqualTo(Json.toString(after));
    }

    private static MapValue apply(String type, MapValue before, Object patch) {
        return switch (type) {
            case "json" -> (MapValue) JsonPatch.of(patch).apply(before);
            case "merge" -> JsonMergePatch.apply(before, patch);
            default ->
                StrategicMergePatch.apply(
                        before,
                        patch,
                        SchemaCatalog.builtin().kind(before.string("apiVersion"), before.string("kind")));
        };
    }

    /** The examples of RFC 7386, appendix A, that are about objects; null is removed from lists' objects as well. */
    @Test
    void mergesAsTheRfcSays() {
        String[][] examples = {
            {"{'a':'b'}", "{'a':'c'}", "{'a':'c'}"},
            {"{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}"},
            {"{'a':'b'}", "{'a':null}", "{}"},
            {"{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}"},
            {"{'a':['b']}", "{'a':'c'}", "{'a':'c'}"},
            {"{'a':'c'}", "{'a':['b']}", "{'a':['b']}"},
            {"{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}"},
            {"{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}"},
            {"{'e':null}", "{'a':1}", "{'a':1,'e':null}"},
            {"{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}"},
        };
        for (String[] example : examples) {
            assertThat(Json.toString(JsonMergePatch.apply(map(example[0]), map(example[1]))))
                    .isEqualTo(example[2].replace('\'', '"'));
        }
    }

    /** From the appendix of RFC 6902. */
    @Test
    void appliesTheOperationsOfTheRfc() {
        assertThat(json("{'foo':['bar','baz']}", "[{'op':'add','path':'/foo/1','value':'qux'}]"))
                .isEqualTo("{\"foo\":[\"bar\",\"qux\",\"baz\"]}");
        assertThat(json(
                        "{'foo':{'bar':'baz','waldo':'fred'},'qux':{'corge':'grault'}}",
                        "[{'op':'move','from':'/foo/waldo','path':'/qux/thud'}]"))
                .isEqualTo("{\"foo\":{\"bar\":\"baz\"},\"qux\":{\"corge\":\"grault\",\"thud\":\"fred\"}}");
        assertThat(json("{'/':9,'~1':10}", "[{'op':'test','path':'/~01','value':10}]"))
                .isEqualTo("{\"/\":9,\"~1\":10}");
        assertThat(json("{'a':1}", "[{'op':'replace','path':'','value':{'b':2}}]"))
                .isEqualTo("{\"b\":2}");
        assertThat(json("{'foo':null}", "[{'op':'test','path':'/foo','value':null}]"))
                .isEqualTo("{\"foo\":null}");
        assertThatThrownBy(() -> json("{'foo':'bar'}", "[{'op':'add','path':'/baz/bat','value':'qux'}]"))
                .hasMessage("add operation does not apply: doc is missing path: \"/baz/bat\": missing value");
        assertThatThrownBy(() -> json("{'foo':[1]}", "[{'op':'remove','path':'/foo/1'}]"))
                .hasMessage(
                        "error in remove for path: '/foo/1': Unable to access invalid index: 1: invalid index referenced");
        assertThatThrownBy(() -> json("{'foo':[1]}", "[{'op':'add','path':'/foo/x','value':1}]"))
                .hasMessage("error in add for path: '/foo/x': value was not a proper array index: 'x':"
                        + " strconv.Atoi: parsing \"x\": invalid syntax");
        assertThatThrownBy(() -> json("{'foo':1}", "[{'op':'test','path':'/foo','value':2}]"))
                .hasMessage("testing value /foo failed: test failed");
    }

    @Test
    void emptiesWhatIsDeleted() {
        MapValue before = map("{'spec':{'nodeSelector':{'a':'b'}}}");
        assertThat(Json.toString(StrategicMergePatch.apply(
                        before,
                        map("{'spec':{'nodeSelector':{'$patch':'delete'}}}"),
                        SchemaCatalog.builtin().kind("v1", "Pod"))))
                .isEqualTo("{\"spec\":{\"nodeSelector\":{}}}");
    }

    @Test
    void sharesWhatIsLeftAlone() {
        MapValue before = map("{'metadata':{'name':'x'},'data':{'k':'v'}}");
        MapValue after = JsonMergePatch.apply(before, map("{'data':{'k':'w'}}"));
        assertThat(after.get("metadata")).isSameAs(before.get("metadata"));
        assertThat(JsonMergePatch.apply(before, map("{'data':{'k':'v'}}"))).isEqualTo(before);
    }

    private static String json(String target, String patch) {
        Object operations = Json.decode(patch.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return Json.toString(JsonPatch.of(operations).apply(map(target)));
    }

    private static MapValue map(String json) {
        return Json.decodeMap(json.replace('\'', '"'));
    }
}
