// Voice API v1 (Calling), Application key, Application-signed request: sign a request, and prove it with a first one. It costs nothing.
// Written for Go 1.21 or newer.
// Run: go run main.go
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

package main

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	applicationKey := setting("SINCH_APPLICATION_KEY")
	applicationSecret := setting("SINCH_APPLICATION_SECRET")
	client := &http.Client{Timeout: 10 * time.Second}

	endpoint := "https://callingapi.sinch.com/v1/configuration/numbers"
	request, err := http.NewRequest("GET", endpoint, nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := sign(request, applicationKey, applicationSecret, nil); err != nil {
		log.Fatal(err)
	}
	status, body := send(client, request)
	if status/100 != 2 {
		log.Fatalf("refused: %d\n%s", status, body)
	}
	fmt.Printf("Voice API v1 (Calling) accepted the credentials: %d\n%s\n", status, body)
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

// sign adds the headers that sign one request. body is exactly what is sent, nil where there is none.
func sign(request *http.Request, applicationKey, applicationSecret string, body []byte) error {
	// The Application Secret is base64 of the key, not the key.
	key, err := base64.StdEncoding.DecodeString(applicationSecret)
	if err != nil {
		return fmt.Errorf("the Application Secret is not base64: %w", err)
	}
	contentMD5 := ""
	if len(body) > 0 {
		sum := md5.Sum(body)
		contentMD5 = base64.StdEncoding.EncodeToString(sum[:])
	}
	timestamp := time.Now().UTC().Format(time.RFC3339)
	text := strings.Join([]string{
		request.Method,
		contentMD5,
		request.Header.Get("Content-Type"),
		"x-timestamp:" + timestamp,
		request.URL.EscapedPath(),
	}, "\n")
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	signature := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	request.Header.Set("Authorization", "Application "+applicationKey+":"+signature)
	request.Header.Set("x-timestamp", timestamp)
	return nil
}

func setting(name string) string {
	value := strings.TrimSpace(os.Getenv(name))
	if value == "" {
		log.Fatalf("%s is not set; the top of this file says where to get it", name)
	}
	return value
}
