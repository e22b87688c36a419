package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.MapValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Only a namespace whose label says so lets claims have administrative access to devices. */
class DeviceAdminAccessTest {
    private final InProcess api = new InProcess();

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void isForLabelledNamespaces() {
        api.create("/api/v1/namespaces", "{metadata: {name: users}}");
        api.create(
                "/api/v1/namespaces",
                "{metadata: {name: admins, labels: {resource.kubernetes.io/admin-access: 'true'}}}");

        assertThat(claim("admins").map("metadata").string("name")).isEqualTo("c");
        assertThatThrownBy(() -> claim("users"))
                .hasMessage(
                        "ResourceClaim.resource.k8s.io \"c\" is invalid: spec.devices.requests[0].adminAccess: Forbidden: "
                                + "admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the"
                                + " containing namespace");
    }

    private MapValue claim(String namespace) {
        return api.create(
                "/apis/resource.k8s.io/v1/namespaces/" + namespace + "/resourceclaims",
                "{metadata: {name: c}, spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu,"
                        + " allocationMode: All, adminAccess: true}}]}}}");
    }
}
