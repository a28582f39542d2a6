// Numbers API, Project access key, OAuth2 access token: a first request that proves the credentials. It costs nothing.
// Written for Go 1.21 or newer.
// Run: go run main.go
// Environment variables:
//   SINCH_KEY_ID      Sinch Build Dashboard > Settings > Access keys
//   SINCH_KEY_SECRET  shown once, when the access key is created in Settings > Access keys
//   SINCH_PROJECT_ID  Sinch Build Dashboard > Settings > Access keys (the project id stands above the list)

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	keyID := setting("SINCH_KEY_ID")
	keySecret := setting("SINCH_KEY_SECRET")
	projectID := setting("SINCH_PROJECT_ID")
	client := &http.Client{Timeout: 10 * time.Second}

	form := url.Values{"grant_type": {"client_credentials"}}
	tokenRequest, err := http.NewRequest("POST", "https://auth.sinch.com/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		log.Fatal(err)
	}
	tokenRequest.SetBasicAuth(keyID, keySecret)
	tokenRequest.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body := send(client, tokenRequest)
	if status != http.StatusOK {
		log.Fatalf("refused: %d\n%s", status, body)
	}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &token); err != nil {
		log.Fatal(err)
	}

	endpoint := "https://numbers.api.sinch.com/v1/projects/" + projectID + "/availableRegions"
	request, err := http.NewRequest("GET", endpoint, nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token.AccessToken)
	status, body = send(client, request)
	if status/100 != 2 {
		log.Fatalf("refused: %d\n%s", status, body)
	}
	fmt.Printf("Numbers API accepted the credentials: %d\n%s\n", status, body)
}

func send(client *http.Client, request *http.Request) (int, []byte) {
	response, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	return response.StatusCode, body
}

func setting(name string) string {
	value := strings.TrimSpace(os.Getenv(name))
	if value == "" {
		log.Fatalf("%s is not set; the top of this file says where to get it", name)
	}
	return value
}
