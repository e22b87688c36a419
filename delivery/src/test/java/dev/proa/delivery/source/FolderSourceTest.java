package dev.proa.delivery.source;

import java.io.IOException;

class FolderSourceTest extends ManifestSourceContract {
    static final String SHOP = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: shop}
            spec: {template: {spec: {containers: [{name: shop, image: shop, ports: [{containerPort: 3000}]}]}}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: shop}, spec: {ports: [{port: 80}]}}
            """;

    @Override
    protected ManifestSource shop() throws IOException {
        file("k8s/shop.yaml", SHOP);
        return new FolderSource(project, "k8s");
    }

    @Override
    protected Broken broken() throws IOException {
        file("k8s/broken.yaml", "a: [");
        return new Broken(new FolderSource(project, "k8s"), "broken.yaml");
    }
}
