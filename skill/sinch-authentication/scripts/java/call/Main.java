// Numbers API, Project access key, OAuth2 access token: a first request that proves the credentials. It costs nothing.
// Written for com.sinch.sdk:sinch-sdk-java 2.1.1, Java 8 or newer. Install: implementation("com.sinch.sdk:sinch-sdk-java:2.1.1")
// Run: java Main.java
// Environment variables:
//   SINCH_PROJECT_ID  Sinch Build Dashboard > Settings > Access keys (the project id stands above the list)
//   SINCH_KEY_ID      Sinch Build Dashboard > Settings > Access keys
//   SINCH_KEY_SECRET  shown once, when the access key is created in Settings > Access keys

import com.sinch.sdk.SinchClient;
import com.sinch.sdk.core.exceptions.ApiException;
import com.sinch.sdk.models.Configuration;

public class Main {
  public static void main(String[] arguments) {
    String projectId = setting("SINCH_PROJECT_ID");
    String keyId = setting("SINCH_KEY_ID");
    String keySecret = setting("SINCH_KEY_SECRET");
    Configuration configuration = Configuration.builder()
        .setProjectId(projectId)
        .setKeyId(keyId)
        .setKeySecret(keySecret)
        .build();
    SinchClient client = new SinchClient(configuration);
    try {
      Object answer = client.numbers().v1().regions().list();
      System.out.println("Numbers API accepted the credentials: " + answer);
    } catch (ApiException error) {
      System.err.println("refused: " + error.getCode() + " " + error.getMessage());
      System.exit(1);
    }
  }

  private static String setting(String name) {
    String value = System.getenv(name);
    if (value == null || value.isBlank()) {
      System.err.println(name + " is not set; the top of this file says where to get it");
      System.exit(1);
    }
    return value.strip();
  }
}
